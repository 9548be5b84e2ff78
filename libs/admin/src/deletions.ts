import { z } from '@hono/zod-openapi'
import { appendAudit } from '@voicebox/store'
import { askDeletion, type DeletionSubject } from '@voicebox/streams'
import { ofSession, ofTenant } from './fields.ts'
import { ofItem } from './items.ts'
import { type Asked, operation } from './operation.ts'
import type { Problem } from './problem.ts'
import { choreNamed, shownChore } from './shown-chore.ts'

const about = {
  tag: 'History',
  access: 'tenant',
  method: 'delete',
  description:
    'A housekeeper does it: the answer is its chore. What is written of it later is not kept. Usage stays, it is numbers.',
  status: 202,
  answer: shownChore,
} as const

export const deletionOperations = [
  operation({
    ...about,
    id: 'deleteItem',
    path: '/tenants/{tenant}/sessions/{session}/items/{item}',
    summary: 'Has an item of a session deleted from history',
    params: z.object(ofItem),
    perform: async (asked) => {
      const { session, item } = asked.params
      return ask(asked, { kind: 'item', sessionId: session as `sess_${string}`, itemId: item })
    },
  }),
  operation({
    ...about,
    id: 'deleteSession',
    path: '/tenants/{tenant}/sessions/{session}',
    summary: 'Has the history of a session deleted',
    params: z.object(ofSession),
    perform: async (asked) => ask(asked, { kind: 'session', sessionId: asked.params.session as `sess_${string}` }),
  }),
  operation({
    ...about,
    id: 'deleteHistory',
    path: '/tenants/{tenant}/sessions',
    summary: 'Has all that a tenant’s sessions said so far deleted',
    params: z.object(ofTenant),
    perform: async (asked) => ask(asked, { kind: 'history' }),
  }),
]

async function ask(
  { params: { tenant: tenantId }, caller: { actor }, services }: Asked<{ tenant: string }, unknown, unknown>,
  subject: DeletionSubject,
): Promise<z.input<typeof shownChore> | Problem> {
  const chores = await services.chores()
  const note = (asked: Parameters<Parameters<typeof askDeletion>[2]>[0]) => appendAudit(services.store, [asked])
  return choreNamed(chores, await askDeletion(chores, { tenantId, subject, actor }, note))
}
