import { type Log, sleep } from '@voicebox/kernel'
import { channelNames, sessionKeys } from './keys.ts'
import { findSession, takeSession } from './open-session.ts'
import type { Redis } from './redis.ts'
import { sessionDismiss } from './scripts.gen.ts'
import type { OnEnded } from './session-end.ts'
import type { SessionRef } from './session-ref.ts'

export interface CloseOptions extends SessionRef {
  /** Who closes it, for those who look. */
  holder: string
  /** How long its holder gets to take leave of the client. Absent: 2 s. */
  patienceMs?: number
  /** Called where it is ended here, before it is free. */
  onEnded: OnEnded
  log: Log
}

/**
 * Ends a session from outside: its holder is asked to, and takes leave of the client. Where nobody holds it, or whoever does
 * gives no answer, it is taken and ended here. `none`: the tenant has no live session of this id.
 */
export async function closeSession(
  redis: Redis,
  { tenantId, sessionId, holder, patienceMs = 2_000, onEnded, log }: CloseOptions,
): Promise<'closed' | 'none'> {
  const ref = { tenantId, sessionId }
  const { session } = sessionKeys(ref)
  const asked = await sessionDismiss(redis, { session }, { tenant: tenantId, channel: channelNames.hold(ref) })
  if (asked === 'none') return 'none'
  const deadlineMs = performance.now() + patienceMs
  while (performance.now() < deadlineMs) {
    if ((await findSession(redis, ref)) === null) return 'closed'
    await sleep(pollMs)
  }
  const ttlMs = 10_000 // should this process die now, the housekeeper does it
  const taken = await takeSession(redis, { ...ref, holder, ttlMs, onTaken: () => {}, onEnded, log })
  if (taken === null) return 'closed'
  try {
    await taken.hold.end(dismissed)
  } finally {
    await taken.hold.close()
  }
  return 'closed'
}

/** Why a session that was closed from outside has ended. */
export const dismissed = 'closed_by_admin'

const pollMs = 50
