import { newId, silentLog, sleep } from '@voicebox/kernel'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type LaneConsumer,
  type Redis,
  type SessionFollower,
  type SynthesizeJob,
  enqueue,
  followSession,
} from './index.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { type Run, audio, brief, consume, lane, open, segmentJob, spoken } from './testing/streams.fixture.ts'
import { jobOutput, sessionLogLimits } from './job-output.ts'

const patient = { timeout: 15_000, interval: 10 }

describe('a lane', () => {
  let server: TestRedis
  let redis: Redis
  let sessionId = newId('sess')
  let results: string[] = []
  let follower: SessionFollower
  const consumers: LaneConsumer[] = []

  beforeAll(async () => {
    server = await startRedis()
    redis = await open(server.url)
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })
  beforeEach(async () => {
    await redis.commands.flushall()
    sessionId = newId('sess')
    results = []
    const onResult = (result: Parameters<typeof brief>[0]): void => void results.push(brief(result))
    follower = await followSession(redis, sessionId, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    follower.close()
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  const start = (name: string, run: Run, options: Parameters<typeof consume>[3] = {}): LaneConsumer => {
    const consumer = consume(redis, name, run, options)
    consumers.push(consumer)
    return consumer
  }
  const put = async (about: Partial<SynthesizeJob> = {}): Promise<SynthesizeJob> => {
    const job = segmentJob({ sessionId, ...about })
    await enqueue(redis, lane, job)
    return job
  }
  const isEmpty = async (): Promise<boolean> => {
    const pending = (await redis.commands.xpending(lane, 'tts-workers')) as [number]
    return (await redis.commands.xlen(lane)) === 0 && pending[0] === 0
  }
  const say = (expected: string[]): Promise<void> => vi.waitFor(() => expect(results).toEqual(expected), patient)
  const empties = (): Promise<void> => vi.waitFor(async () => expect(await isEmpty()).toBe(true), patient)

  it('keeps jobs that were queued before any consumer came, and hands them out in order', async () => {
    for (let segment = 0; segment < 20; segment++) await put({ segment })
    const order: number[] = []
    start('one', async (job, context) => {
      order.push(job.segment)
      await context.emit(spoken(job))
    })
    await empties()
    expect(order).toEqual(Array.from({ length: 20 }, (_, segment) => segment))
  })

  it('gives each job to one consumer of the group and is left empty', async () => {
    const done: string[] = []
    const run: Run = async (job, context) => {
      done.push(job.id)
      await context.emit(spoken(job))
    }
    start('one', run, { concurrency: 1 })
    start('two', run, { concurrency: 1 })
    const jobs = await Promise.all(Array.from({ length: 50 }, () => put()))
    await empties()
    expect(done.sort()).toEqual(jobs.map(({ id }) => id).sort())
  })

  it('carries a job unchanged', async () => {
    const seen: SynthesizeJob[] = []
    const job = await put({ text: 'Größe 😀 "quoted"', language: 'de', speed: 1.25 })
    start('one', async (delivered, context) => {
      seen.push(delivered)
      await context.emit(spoken(delivered))
    })
    await empties()
    expect(seen).toEqual([job])
  })

  it('takes no more jobs than it has slots for', async () => {
    let most = 0
    const consumer: LaneConsumer = start('one', async (job, context) => {
      most = Math.max(most, consumer.busy)
      await sleep(5)
      await context.emit(spoken(job))
    })
    await Promise.all(Array.from({ length: 40 }, () => put()))
    await empties()
    expect(most).toBe(4)
  })

  it('answers a throw with the job’s failure and acks it', async () => {
    start('one', async () => Promise.reject(new Error('broken')))
    await put()
    await empties()
    await say(['internal_error'])
  })

  it('answers for a job that ended without a last result', async () => {
    start('one', async (job, context) => void (await context.emit(audio(job, 'half'))))
    await put()
    await empties()
    await say(['half', 'no_result'])
  })

  it('does not run a job past its deadline', async () => {
    const run = vi.fn()
    start('one', run)
    await put({ deadlineAtMs: Date.now() - 1 })
    await empties()
    await say(['deadline_exceeded'])
    expect(run).not.toHaveBeenCalled()
  })

  it('answers a deadline that passes during the run at once, and refuses what the job still says', async () => {
    const late = Promise.withResolvers<boolean>()
    const goOn = Promise.withResolvers<void>()
    start('one', async (job, context) => {
      await context.emit(audio(job, 'in time'))
      await goOn.promise // an engine that does not obey its signal
      late.resolve(await context.emit(audio(job, 'late')))
    })
    await put({ deadlineAtMs: Date.now() + 200 })
    await empties()
    goOn.resolve()
    expect(await late.promise).toBe(false)
    await say(['in time', 'deadline_exceeded'])
  })

  it('acks an entry that is not a job and goes on', async () => {
    start('one', async (job, context) => void (await context.emit(spoken(job))))
    await redis.commands.xadd(lane, '*', 'job', 'rubbish')
    await redis.commands.xadd(lane, '*', 'other', 'field')
    await put()
    await empties()
    await say(['segment_spoken'])
  })

  it('runs a job once when a resent command queued it twice', async () => {
    const runs: number[] = []
    start('one', async (job, context) => {
      runs.push(context.attempt)
      await sleep(300) // both entries are delivered meanwhile
      await context.emit(spoken(job))
    })
    const job = await put()
    await enqueue(redis, lane, job)
    await empties()
    expect(runs).toEqual([1])
    await say(['segment_spoken'])
  })

  it('only acks a job that was done but not acked by a worker that died', async () => {
    const job = await put()
    const output = jobOutput(redis, job, { entry: await deliverTo('dead'), attempt: 1, limits: sessionLogLimits })
    await output.begin()
    await output.emit([spoken(job)])
    const run = vi.fn()
    start('one', run)
    await empties()
    expect(run).not.toHaveBeenCalled()
    await say(['segment_spoken'])
  })

  it('gives up a job after three attempts that died', async () => {
    await put()
    await deliverTo('dead')
    for (const consumer of ['dead', 'too']) await redis.commands.xautoclaim(lane, 'tts-workers', consumer, 0, '0')
    const run = vi.fn()
    start('one', run)
    await empties()
    expect(run).not.toHaveBeenCalled()
    await say(['too_many_attempts'])
  })

  it('lets running jobs end when a consumer closes, and takes no more', async () => {
    const started = Promise.withResolvers<void>()
    const consumer = start(
      'one',
      async (job, context) => {
        started.resolve()
        await sleep(200)
        await context.emit(spoken(job))
      },
      { concurrency: 1 },
    )
    await put()
    await started.promise
    const closing = consumer.close({ deadlineMs: 10_000 })
    await put({ text: 'not taken' })
    await closing
    await say(['segment_spoken'])
    expect(await redis.commands.xlen(lane)).toBe(1)
    expect(await redis.commands.xinfo('CONSUMERS', lane, 'tts-workers')).toEqual([])
  })

  it('aborts jobs that outlast the closing deadline and leaves them to others at once', async () => {
    const aborted = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const consumer = start('one', async (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      started.resolve()
      await aborted.promise
    })
    await put()
    await started.promise
    await consumer.close({ deadlineMs: 50 })
    await aborted.promise
    const attempts: number[] = []
    const claimAfterMs = 3_600_000 // only what was left can be claimed
    start(
      'two',
      async (job, context) => {
        attempts.push(context.attempt)
        await context.emit(spoken(job))
      },
      { claimAfterMs, heartbeatMs: 100 },
    )
    await empties()
    expect(attempts).toEqual([2])
    await say(['segment_spoken'])
  })

  /** Delivers the next job to a consumer that will never do it, and answers its entry. */
  async function deliverTo(consumer: string): Promise<string> {
    const args = ['GROUP', 'tts-workers', consumer, 'COUNT', '1', 'STREAMS', lane, '>']
    const reply = (await redis.commands.call('XREADGROUP', ...args)) as [[string, [[string, string[]]]]]
    return reply[0][1][0][0]
  }
})
