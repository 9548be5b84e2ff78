import { z } from '@hono/zod-openapi'
import { choreKinds, type Chores, choreStates, type ListedChore } from '@voicebox/streams'
import { at, atOrNull, moment } from './fields.ts'
import { Problem } from './problem.ts'

export const choreId = z
  .string()
  .regex(/^(retention|deletion|webhook)\.\d{16}\.(-|[a-z0-9][a-z0-9_-]{0,62})\.[\w-]{1,200}$/, 'expected a chore’s id')
  .openapi({ example: 'deletion.0001764449000000.acme.0123456789ab' })
/** A chore as it is shown: never what a webhook tells, nor anything that was said. */
export const shownChore = z
  .object({
    object: z.literal('chore'),
    id: choreId,
    kind: z.enum(choreKinds),
    tenant_id: z.string().nullable().openapi({ description: 'Null: of the installation.' }),
    state: z.enum(choreStates).openapi({ description: '`delayed`: until its time; `failed`: it was given up.' }),
    about: z.record(z.string(), z.unknown()).openapi({ description: 'What is deleted, or what is told to whom.' }),
    attempts: z.int().openapi({ description: 'How often it was begun.' }),
    cause: z.string().nullable().openapi({ description: 'Why it failed last.' }),
    added_at: moment,
    due_at: moment.nullable(),
    finished_at: moment.nullable(),
  })
  .openapi('Chore')

/** Shows what was just added. */
export async function choreNamed(chores: Chores, id: string): Promise<z.input<typeof shownChore> | Problem> {
  const chore = await chores.find(id)
  return chore === null ? noSuchChore(id) : showChore(chore)
}

export const noSuchChore = (id: string): Problem => new Problem('not_found', `There is no chore ${id}.`)

export function showChore(listed: ListedChore): z.input<typeof shownChore> {
  const { id, kind, tenantId, state, attempts, cause, addedAt, dueAt, finishedAt } = listed
  return {
    object: 'chore',
    id,
    kind,
    tenant_id: tenantId,
    state,
    about: aboutOf(listed),
    attempts,
    cause,
    added_at: at(addedAt),
    due_at: atOrNull(dueAt),
    finished_at: atOrNull(finishedAt),
  }
}

function aboutOf({ chore }: ListedChore): Record<string, unknown> {
  switch (chore.kind) {
    case 'retention':
      return {}
    case 'deletion':
      return {
        actor: chore.actor,
        subject: chore.subject.kind,
        ...('sessionId' in chore.subject && { session_id: chore.subject.sessionId }),
        ...('itemId' in chore.subject && { item_id: chore.subject.itemId }),
      }
    case 'webhook':
      return { webhook_id: chore.webhookId, event_id: chore.event.id, event_type: chore.event.type }
  }
}
