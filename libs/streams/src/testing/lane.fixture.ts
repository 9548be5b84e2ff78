import { type SessionId, newId, silentLog } from '@voicebox/kernel'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import {
  type ConsumeLaneOptions,
  type JobOutcome,
  type LaneConsumer,
  type Redis,
  type SessionFollower,
  type SynthesizeJob,
  enqueue,
  followSession,
  laneStats,
} from '../index.ts'
import { type Run, brief, consume, lane, laneKeys, segmentJob } from './streams.fixture.ts'

/** A session whose jobs go through a lane. */
export interface LaneFixture {
  readonly sessionId: SessionId
  /** What workers have said to the session so far, each in a few letters. */
  readonly results: readonly string[]
  /** What consumers have told of attempts. */
  readonly outcomes: readonly JobOutcome[]
  /** Puts a job of the session on the lane. */
  put(about?: Partial<SynthesizeJob>): Promise<SynthesizeJob>
  /** Starts a consumer, which is closed after the test. */
  start(name: string, run: Run, options?: Partial<ConsumeLaneOptions<typeof lane>>): LaneConsumer
  /** Waits until exactly this was said. */
  say(expected: readonly string[]): Promise<void>
  /** Waits until no job waits, is being done, or will be tried again. */
  empties(): Promise<void>
}

/** Long enough for a busy machine. */
export const patient = { timeout: 20_000, interval: 10 }

/** Gives each test of a `describe` block an empty lane and a session that is followed. */
export function useLane(redis: Redis): LaneFixture {
  let sessionId = newId('sess')
  let results: string[] = []
  let outcomes: JobOutcome[] = []
  let follower: SessionFollower | undefined
  const consumers: LaneConsumer[] = []

  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    sessionId = newId('sess')
    results = []
    outcomes = []
    const onResult = (result: Parameters<typeof brief>[0]): void => void results.push(brief(result))
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    follower?.close()
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  return {
    get sessionId() {
      return sessionId
    },
    get results() {
      return results
    },
    get outcomes() {
      return outcomes
    },
    async put(about = {}) {
      const job = segmentJob({ sessionId, ...about })
      expect(await enqueue(redis, lane, job)).toBe('queued')
      return job
    },
    start(name, run, options = {}) {
      const told = outcomes
      const consumer = consume(redis, name, run, { onOutcome: (outcome) => void told.push(outcome), ...options })
      consumers.push(consumer)
      return consumer
    },
    say: (expected) => vi.waitFor(() => expect(results).toEqual(expected), patient),
    empties: () =>
      vi.waitFor(
        async () => expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0, later: 0 }),
        patient,
      ),
  }
}
