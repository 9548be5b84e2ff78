import { Failure, sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type JobContext, cancelWork, deadLetters } from './index.ts'
import { retryDelayMs } from './lane-retry.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { patient, useLane } from './testing/lane.fixture.ts'
import { type Run, audio, lane, spoken } from './testing/streams.fixture.ts'

describe('the wait before a retry', () => {
  it('is a tenth of a second or more at first, and twice as long each time, spread by chance', () => {
    expect([1, 2, 3].map((attempts) => retryDelayMs(attempts, 0))).toEqual([100, 200, 400])
    expect([1, 2, 3].map((attempts) => retryDelayMs(attempts, 0.5))).toEqual([150, 300, 600])
  })
})

describe.each(redisKinds)('a job that fails, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const fixture = useLane(redis)
  let runs: Pick<JobContext, 'attempt' | 'hasEmitted'>[]
  beforeEach(() => {
    runs = []
  })

  /** Fails so many times, then speaks. */
  const failing =
    (times: number, failure = new Failure('engine', 'engine_broke', 'It broke')): Run =>
    async (job, context) => {
      runs.push({ attempt: context.attempt, hasEmitted: context.hasEmitted })
      if (runs.length <= times) throw failure
      await context.emit(spoken(job))
    }
  const letters = () => Array.fromAsync(deadLetters(redis, lane))

  it('is tried again, and nothing is said of the failure', async () => {
    fixture.start('one', failing(2))
    await fixture.put()
    await fixture.say(['segment_spoken'])
    await fixture.empties()
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(fixture.outcomes).toEqual(['retried', 'retried', 'done'])
    expect(await letters()).toEqual([])
  })

  it('is tried three times in all, then answered as failed and kept as a dead letter', async () => {
    fixture.start('one', failing(3))
    const job = await fixture.put()
    await fixture.say(['engine_broke'])
    await fixture.empties()
    expect(runs).toHaveLength(3)
    expect(fixture.outcomes).toEqual(['retried', 'retried', 'dead'])
    const cause = { kind: 'engine', code: 'engine_broke', message: 'It broke' }
    expect(await letters()).toMatchObject([{ lane, job, attempts: 3, cause, isWhole: true }])
  })

  it('waits before it is tried again, longer each time', async () => {
    const beganAtMs: number[] = []
    const run = failing(2)
    fixture.start('one', (job, context) => {
      beganAtMs.push(performance.now())
      return run(job, context)
    })
    await fixture.put()
    await fixture.say(['segment_spoken'])
    const [first = 0, second = 0, third = 0] = beganAtMs
    expect(second - first).toBeGreaterThan(95) // less than it should be by no more than two clocks differ
    expect(third - second).toBeGreaterThan(195)
  })

  it('is tried again when it is due, not when somebody happens to look', async () => {
    fixture.start('one', failing(1), { heartbeatMs: 3_600_000 })
    await fixture.put()
    await fixture.say(['segment_spoken'])
  })

  it('is tried again by a worker that is free, not only by the one that failed', async () => {
    const broken = fixture.start('broken', failing(1), { concurrency: 1, heartbeatMs: 60_000 })
    await fixture.put()
    await vi.waitFor(() => expect(fixture.outcomes).toEqual(['retried']), patient)
    const rescued = vi.fn<Run>((job, context) => context.emit(spoken(job)).then(() => {}))
    await broken.close() // it would have put the job back; now the other does
    fixture.start('healthy', rescued, { heartbeatMs: 50 })
    await fixture.say(['segment_spoken'])
    expect(rescued).toHaveBeenCalledOnce()
  })

  it('counts attempts that died and attempts that failed together', async () => {
    await fixture.put()
    await redis.commands.call('XREADGROUP', 'GROUP', 'tts-workers', 'dead', 'COUNT', '1', 'STREAMS', lane, '>')
    fixture.start('one', failing(2))
    await fixture.say(['engine_broke'])
    await fixture.empties()
    expect(runs.map(({ attempt }) => attempt)).toEqual([2, 3])
    expect(fixture.outcomes).toEqual(['claimed', 'retried', 'dead'])
  })

  it('is not tried again where that cannot help', async () => {
    fixture.start('one', failing(1, new Failure('engine', 'unsupported', 'No', { retryable: false })))
    await fixture.put()
    await fixture.say(['unsupported'])
    await fixture.empties()
    expect(fixture.outcomes).toEqual(['failed'])
    expect(await letters()).toEqual([])
  })

  it('by a bug is not tried again, and kept for whoever mends it', async () => {
    fixture.start('one', async () => Promise.reject(new TypeError('x is undefined')))
    await fixture.put()
    await fixture.say(['internal_error'])
    await fixture.empties()
    expect(await letters()).toMatchObject([{ attempts: 1, cause: { kind: 'bug', code: 'internal_error' } }])
  })

  it('is not tried again when its time would be over by then', async () => {
    fixture.start('one', async (_, { leftMs }) => {
      await sleep(leftMs() - 60) // a retry waits for 100 ms at least
      throw new Failure('engine', 'engine_broke', 'It broke')
    })
    await fixture.put({ deadlineMs: 700 })
    await vi.waitFor(() => expect(fixture.results).toHaveLength(1), patient)
    await fixture.empties()
    expect(fixture.outcomes).toEqual(['failed'])
    expect(await letters()).toEqual([])
  })

  it('when it was cancelled meanwhile is not tried again', async () => {
    fixture.start('one', failing(1))
    const job = await fixture.put()
    await vi.waitFor(() => expect(fixture.outcomes).toEqual(['retried']), patient)
    await cancelWork(redis, { tenantId: 'tenant', sessionId: fixture.sessionId }, job.responseId)
    await fixture.empties()
    expect(runs).toHaveLength(1)
    expect(fixture.results).toEqual([])
  })

  describe('after it had said something', () => {
    const halfway: Run = async (job, context) => {
      runs.push({ attempt: context.attempt, hasEmitted: context.hasEmitted })
      await context.emit(audio(job, `half ${context.attempt}`))
      if (runs.length === 1) throw new Failure('engine', 'engine_broke', 'It broke')
      await context.emit(spoken(job))
    }

    it('is answered as failed', async () => {
      fixture.start('one', halfway)
      await fixture.put()
      await fixture.say(['half 1', 'engine_broke'])
      await fixture.empties()
      expect(fixture.outcomes).toEqual(['failed'])
    })

    it('is tried again where what it says may be said twice, and knows of it', async () => {
      fixture.start('one', halfway, { repeatable: () => 'always' })
      await fixture.put()
      await fixture.say(['half 1', 'half 2', 'segment_spoken'])
      await fixture.empties()
      expect(runs).toEqual([
        { attempt: 1, hasEmitted: false },
        { attempt: 2, hasEmitted: true },
      ])
    })

    it('is answered as failed also by an attempt that finds so and says nothing', async () => {
      fixture.start('one', async (job, context) => {
        if (context.attempt === 1) await context.emit(audio(job, 'half'))
        if (context.attempt === 1) await sleep(60_000, context.signal)
        throw new Failure('engine', 'worker_lost', 'It was lost')
      })
      await fixture.put()
      await fixture.say(['half'])
      const [[entry]] = (await redis.commands.xpending(lane, 'tts-workers', '-', '+', 1)) as [[string]]
      await vi.waitFor(async () => {
        await redis.commands.xclaim(lane, 'tts-workers', 'one', 0, entry, 'IDLE', 60_000, 'JUSTID').catch(() => {})
        expect(fixture.results).toEqual(['half', 'worker_lost'])
      }, patient)
    })
  })

  it('is never tried again where its worker says so', async () => {
    fixture.start('one', failing(1), { repeatable: () => 'never' })
    await fixture.put()
    await fixture.say(['engine_broke'])
    await fixture.empties()
    expect(fixture.outcomes).toEqual(['failed'])
  })
})
