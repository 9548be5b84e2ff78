import { z } from '@hono/zod-openapi'
import { appendAudit, strangers } from '@voicebox/store'
import type { Chores, ListedChore } from '@voicebox/streams'
import { ofTenant } from './fields.ts'
import { type Asked, operation } from './operation.ts'
import { Problem } from './problem.ts'
import { choreId, noSuchChore, showChore, shownChore } from './shown-chore.ts'

/** What is done with one chore: of all where `of` is empty, or of a tenant's. */
export function oneChore({ access, of }: { access: 'platform' | 'tenant'; of: '' | 'Tenant' }) {
  const own = { chore: choreId.openapi({ description: 'The chore’s id.' }) }
  const params: z.ZodObject = of === '' ? z.object(own) : z.object({ ...ofTenant, ...own })
  const about = { tag: 'Chores', access, params } as const
  const path = of === '' ? ('/chores/{chore}' as const) : ('/tenants/{tenant}/chores/{chore}' as const)
  const whose = of === '' ? 'any chore' : 'a chore of a tenant'
  return [
    operation({
      ...about,
      id: `get${of}Chore`,
      method: 'get',
      path,
      summary: `Shows ${whose}`,
      answer: shownChore,
      perform: async (asked) => withChore(asked as AskedChore, async (chore) => showChore(chore)),
    }),
    operation({
      ...about,
      id: `retry${of}Chore`,
      method: 'post',
      path: of === '' ? '/chores/{chore}/retry' : '/tenants/{tenant}/chores/{chore}/retry',
      summary: `Has ${whose} done again that was given up, or now what waits for its time`,
      perform: async (asked) =>
        withChore(asked as AskedChore, async (chore, chores) => {
          await note('chore.retried', chore, asked as AskedChore)
          const outcome = await chores.retry(chore.id)
          if (outcome === 'gone') return noSuchChore(chore.id)
          return outcome === 'queued'
            ? undefined
            : new Problem('conflict', 'It was neither given up nor waits for its time.')
        }),
    }),
    operation({
      ...about,
      id: `drop${of}Chore`,
      method: 'delete',
      path,
      summary: `Throws ${whose} away`,
      perform: async (asked) =>
        withChore(asked as AskedChore, async (chore, chores) => {
          await note('chore.dropped', chore, asked as AskedChore)
          const outcome = await chores.drop(chore.id)
          if (outcome === 'gone') return noSuchChore(chore.id)
          return outcome === 'dropped' ? undefined : new Problem('conflict', 'It is being done.')
        }),
    }),
  ]
}

type AskedChore = Asked<{ tenant?: string; chore: string }, unknown, undefined>

/** The chore of this id, whose it is where a tenant is named. */
async function withChore<T>(
  { params: { tenant, chore: id }, services }: AskedChore,
  work: (chore: ListedChore, chores: Chores) => Promise<T>,
): Promise<T | Problem> {
  const chores = await services.chores()
  const chore = await chores.find(id)
  const isShown = chore !== null && (tenant === undefined || chore.tenantId === tenant)
  return isShown ? work(chore, chores) : noSuchChore(id)
}

async function note(action: string, chore: ListedChore, { caller, services }: AskedChore): Promise<void> {
  const { id, kind, tenantId } = chore
  const entry = { tenantId: tenantId ?? strangers, action, actor: caller.actor, subject: id, details: { kind } }
  await appendAudit(services.store, [entry]) // before it is done: Redis and the database have no transaction in common
}
