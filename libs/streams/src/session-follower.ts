import type { Closable, Log } from '@voicebox/kernel'
import type { Stamp } from './attempt.ts'
import { decode } from './codec.ts'
import { channelNames, keys } from './keys.ts'
import { type LogEntry, followLog } from './numbered-log.ts'
import type { Redis } from './redis.ts'
import type { NamedResult, WorkerResult } from './results.ts'
import { nameOf, refOf, type SessionRef } from './session-ref.ts'
import type { OnMismatch } from './tenant-mismatch.ts'

export interface FollowSessionOptions {
  /** The number of the last result that was dealt with; 0 for a new session. */
  afterSeq: number
  /** Gets each result once, in the order of the session log. Numbers grow, but not one by one. */
  onResult(result: WorkerResult, seq: number, stamp: Stamp | null): void
  /** Results numbered so were trimmed before they were read (or Redis lost data): some may never have been delivered. */
  onLost?(fromSeq: number, toSeq: number): void
  /** A result that is about another session was thrown away. */
  onMismatch?: OnMismatch
  /** False lets results wait in the log, until `poll`. */
  wantsMore?(): boolean
  /** The server that has the session was lost for a moment and is back: it may have lost data. */
  onBack?(): void
  log: Log
  /** For tests: published results that shall not arrive by the fast path. */
  dropPublished?(seq: number): boolean
}

export interface SessionFollower extends Closable {
  readonly lastSeq: number
  /** Reads what the log has beyond the last result. For a driver that waits for work in silence; a reconnect does it by itself. */
  poll(): Promise<void>
  close(): void
}

/** Follows what workers say about a session. Resolves when it listens and what the log already had is delivered. */
export async function followSession(
  redis: Redis,
  ref: SessionRef,
  options: FollowSessionOptions,
): Promise<SessionFollower> {
  const { afterSeq, onResult, onLost, onBack, wantsMore, log, dropPublished, onMismatch } = options
  const { tenantId, sessionId } = ref
  const own = nameOf(ref)
  const follower = await followLog(redis, {
    key: keys.log(ref),
    channel: channelNames.log(ref),
    after: afterSeq,
    onEntry,
    onLost(from, to) {
      log.warn({ tenantId, sessionId, from, to }, 'Results of a session were lost')
      onLost?.(from, to)
    },
    log,
    ...(wantsMore && { wantsMore }),
    ...(onBack && { onBack }),
    ...(dropPublished && { dropPublished }),
  })
  return {
    get lastSeq() {
      return follower.last
    },
    poll: () => follower.poll(),
    close: () => void follower.close(),
  }

  function onEntry({ number, payload }: LogEntry): void {
    try {
      const [name, result, stamp] = decode(payload) as NamedResult // only session.emit writes here, and it takes NamedResults
      if (name === own) onResult(result, number, stamp)
      else onMismatch?.({ at: 'result', tenantId: refOf(name)?.tenantId ?? '', otherTenantId: tenantId, sessionId })
    } catch (error) {
      log.error({ error, tenantId, sessionId, seq: number }, 'A result could not be dealt with')
    }
  }
}
