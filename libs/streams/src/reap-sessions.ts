import { type Log, newId, silentLog } from '@voicebox/kernel'
import type { Redis } from './redis.ts'
import { type EndedSession, type OnEnded, endSession, freeKeys, freeSession } from './session-end.ts'
import { dropLive, dueSessions, putOff } from './session-index.ts'
import type { SessionRef } from './session-ref.ts'

export interface ReapOptions {
  /** How many sessions at most. */
  limit: number
  /** Called at most once for a session, over all reapers, when it has ended and all it held is free. */
  onReaped(session: EndedSession): Promise<void> | void
  /** Called for each session that this ends, before it is free; again where another had begun to. Absent: nobody is told. */
  onEnded?: OnEnded
  /** What holders get to show life again, after Redis was away. Absent: 15 s. */
  graceMs?: number
  log?: Log
}

/**
 * Ends the sessions whose holders gave no sign of life, and answers how many this call has ended and freed. What another left
 * half done is finished. Any number of reapers may do this at a time.
 */
export async function reapSessions(
  redis: Redis,
  { limit, onReaped, onEnded = () => {}, graceMs = 15_000, log = silentLog }: ReapOptions,
): Promise<number> {
  const due = await dueSessions(redis, limit, graceMs)
  const ender: string = newId('job')
  let reaped = 0
  for (let at = 0; at < due.length; at += atATime) await Promise.all(due.slice(at, at + atATime).map(reap))
  return reaped

  async function reap(ref: SessionRef): Promise<void> {
    try {
      const ended = await endOne(ref)
      if (ended === null) return
      reaped += 1
      await onReaped(ended)
    } catch (error) {
      log.warn({ ...ref, error }, 'A session could not be reaped; it is tried again')
      // its holder could not show life either, it may be
      await putOff(redis, ref, graceMs).catch(() => {})
    }
  }

  /** Null: it was not this call that has ended it. */
  async function endOne(ref: SessionRef): Promise<EndedSession | null> {
    const nobody = { token: 0, openedAtMs: 0 }
    const ended = await endSession(redis, { ...ref, ...nobody, ender, reason: 'expired' })
    switch (ended.kind) {
      case 'ended':
        return (await freeSession(redis, ended.session, onEnded)) === 'freed' ? ended.session : null
      case 'alive':
      case 'busy':
        await putOff(redis, ref, ended.leftMs)
        return null
      case 'none':
        await freeKeys(redis, ref)
        await dropLive(redis, ref)
        return null
      case 'buried':
      case 'lost':
        await dropLive(redis, ref)
        return null
    }
  }
}

const atATime = 16
