import type { Clock, Closable, Log } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import type { Lane } from './jobs.ts'
import { keys } from './keys.ts'
import { makePresenceVerdict } from './presence-verdict.ts'
import type { Redis } from './redis.ts'
import { lanePresence } from './scripts.gen.ts'

export interface WatchLanesOptions<L extends Lane> {
  lanes: readonly L[]
  /** How long nobody may show life before a lane counts as unserved. Absent: 10 s. */
  graceMs?: number
  /** Called when nobody serves a lane any more, and when somebody does again. At first every lane counts as served. */
  onChange(lane: L, isServed: boolean): void
  clock: Clock
  log: Log
}

/** Watches whether anybody serves these lanes. While Redis is away nothing changes. */
export function watchLanes<L extends Lane>(redis: Redis, options: WatchLanesOptions<L>): Closable {
  const { lanes, graceMs = 10_000, onChange, clock, log } = options
  const watched = lanes.map((lane) => ({
    lane,
    verdict: makePresenceVerdict({ graceMs, maxPauseMs: Math.max(graceMs / 2, 2 * lookEveryMs) }),
    isServed: true,
    isListed: false,
  }))
  let isClosed = false
  let cancel = (): void => {}
  void look()
  return {
    close() {
      isClosed = true
      cancel()
    },
  }

  async function look(): Promise<void> {
    await Promise.all(watched.map(lookAt))
    if (!isClosed) cancel = clock.after(lookEveryMs, () => void look())
  }

  async function lookAt(about: (typeof watched)[number]): Promise<void> {
    const { lane, verdict } = about
    const isServed = verdict.look(clock.now(), await ageOf(about))
    if (isClosed || isServed === about.isServed) return
    about.isServed = isServed
    if (isServed) log.info({ lane }, 'A lane is served again')
    else log.error({ lane }, 'No worker serves a lane')
    onChange(lane, isServed)
  }

  async function ageOf(about: (typeof watched)[number]): Promise<number | null | 'unknown'> {
    const { lane } = about
    try {
      if (!about.isListed) await ask(redis.commands, z.number(), 'SADD', keys.lanes, lane)
      about.isListed = true
      const [ageMs] = await lanePresence(redis, { workers: keys.laneWorkers(lane) }, {})
      return ageMs === undefined ? null : Number(ageMs)
    } catch {
      about.isListed = false // what Redis lost may be more than this look
      return 'unknown'
    }
  }
}

const lookEveryMs = 1_000
