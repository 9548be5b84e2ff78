import { type Log, newId, toFailure } from '@voicebox/kernel'
import { leaseAudio, type Redis } from '@voicebox/streams'
import type { OnQuotaReached } from '../quota-watch.ts'
import type { LimitsOf } from '../terms/tenant-terms.ts'

/** A connection's share in the audio that its tenant may send in a day. */
export interface AudioQuota {
  /** Counts audio that came. Asks ahead of need for about a second more at a time, and not at all while none comes. */
  take(ms: number): void
  /** Gives back what was asked for and did not come. */
  settle(): Promise<void>
}

export interface AudioQuotaContext {
  tenantId: string
  /** No more is left; told once. What came while that was asked is counted as far as there was room. */
  onSpent(resetMs: number): void
}

export type OpenAudioQuota = (context: AudioQuotaContext) => AudioQuota

export function makeAudioQuotas({
  redis,
  limitsOf,
  onReached = () => {},
  log,
}: {
  redis: Redis
  limitsOf: LimitsOf
  onReached?: OnQuotaReached
  log: Log
}): OpenAudioQuota {
  return ({ tenantId, onSpent }) => {
    const connection: string = newId('job')
    let day = 0
    let usedMs = 0 // on that day
    let givenMs = 0
    let isCounted = false // by Redis: there is a limit
    let asked: Promise<void> | null = null
    let isOver = false

    async function ask(): Promise<void> {
      const { audioMsPerDay: limitMs } = await limitsOf(tenantId)
      if (limitMs === null) return void (givenMs = usedMs + leaseMs)
      isCounted = true
      const wantedMs = (): number => usedMs + leaseMs
      let lease = await leaseAudio(redis, tenantId, { connection, day, totalMs: wantedMs(), limitMs })
      if (lease.day !== day) {
        day = lease.day
        usedMs = Math.max(0, usedMs - givenMs) // the rest is of a day that is over
        lease = await leaseAudio(redis, tenantId, { connection, day, totalMs: wantedMs(), limitMs })
      }
      givenMs = lease.totalMs
      if (givenMs > usedMs || isOver) return
      isOver = true
      onReached({ tenantId, quota: 'audio', limit: limitMs, windowMs: dayMs })
      onSpent(lease.resetMs)
    }

    return {
      take(ms) {
        usedMs += ms
        if (isOver || asked !== null || usedMs + leaseMs / 2 < givenMs) return
        asked = ask()
          .catch((error: unknown) => log.warn({ tenantId, error: toFailure(error) }, 'Audio could not be counted'))
          .finally(() => (asked = null))
      },
      async settle() {
        isOver = true
        await asked
        if (isCounted) await leaseAudio(redis, tenantId, { connection, day, totalMs: usedMs, limitMs: 0 })
      },
    }
  }
}

const dayMs = 86_400_000
const leaseMs = 1_000
