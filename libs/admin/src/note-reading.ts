import { appendAudit } from '@voicebox/store'
import type { Asked } from './operation.ts'

/**
 * Writes down who reads what of a tenant's history, before it is read; nothing of what was said or sought is in it.
 * `subject`: the session, where it is one.
 */
export async function noteReading(
  { caller, services }: Pick<Asked<unknown, unknown, unknown>, 'caller' | 'services'>,
  { tenantId, what, subject = null }: { tenantId: string; what: string; subject?: string | null },
): Promise<void> {
  const entry = { tenantId, action: 'history.read', actor: caller.actor, subject, details: { what } }
  await appendAudit(services.store, [entry])
}
