import { randomBytes } from 'node:crypto'
import { Failure } from '@voicebox/kernel'
import type { Chore, DeletionSubject } from './chore.ts'
import type { Chores } from './chores.ts'

/** What the audit log says of who has asked for a deletion; `libs/store` writes it. */
export interface AskedDeletion {
  tenantId: string
  action: 'deletion.asked'
  actor: string
  subject: string | null
  details: Readonly<Record<string, unknown>>
}

/**
 * Asks for a deletion, which `note` has written down before: so there is none that nobody has asked for. Answers the chore's id.
 * A `Failure` of kind `capacity`: too many wait.
 */
export async function askDeletion(
  chores: Chores,
  { tenantId, subject, actor }: { tenantId: string; subject: DeletionSubject; actor: string },
  note: (asked: AskedDeletion) => Promise<void>,
): Promise<string> {
  const { kind, ...what } = subject
  const sessionId = 'sessionId' in subject ? subject.sessionId : null
  await note({ tenantId, action: 'deletion.asked', actor, subject: sessionId, details: { kind, ...what } })
  const chore: Chore = { kind: 'deletion', tenantId, subject, actor }
  const added = await chores.add(chore, { atMs: Date.now(), name: randomBytes(6).toString('hex') })
  if (added.kind === 'full') throw new Failure('capacity', 'chores_full', 'Too many deletions wait: try again later')
  return added.id
}
