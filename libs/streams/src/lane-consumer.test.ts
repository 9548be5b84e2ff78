import { Failure, sleep, systemClock } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { type LaneConsumer, type SynthesizeJob, createSession, enqueue, laneStats } from './index.ts'
import { jobOutput, sessionLogLimits } from './job-output.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { patient, useLane } from './testing/lane.fixture.ts'
import { deaf, holdOptions } from './testing/sessions.fixture.ts'
import { type Run, audio, consume, lane, spoken } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a lane, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const fixture = useLane(redis)
  const { put, start, say, empties } = fixture

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

  it('tells how long a job had waited when it was begun, and not again when it is tried again', async () => {
    await put()
    await sleep(60)
    const waits: number[] = []
    const onBegun = (waitMs: number): void => void waits.push(waitMs)
    const run: Run = async (job, context) => {
      if (context.attempt === 1) throw new Failure('engine', 'broken', 'It broke', { retryable: true })
      await context.emit(spoken(job))
    }
    start('one', run, { onBegun })
    await say(['segment_spoken'])
    expect(waits).toEqual([expect.any(Number)])
    expect(waits[0]).toBeGreaterThanOrEqual(50)
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
    await put({ deadlineMs: 0 })
    await empties()
    await say(['deadline_exceeded'])
    expect(run).not.toHaveBeenCalled()
  })

  it.each([-1, 1])('counts the time of a job by no worker’s clock, though that is %d h off', async (hours) => {
    const clock = { ...systemClock, now: () => systemClock.now() + hours * 3_600_000 }
    const left: number[] = []
    const run: Run = async (job, context) => {
      left.push(context.leftMs())
      await context.emit(spoken(job))
    }
    start('one', run, { clock })
    await put({ deadlineMs: 0 })
    await put({ deadlineMs: 60_000 })
    await empties()
    const answers = ['deadline_exceeded', 'segment_spoken']
    await vi.waitFor(() => expect([...fixture.results].sort()).toEqual(answers), patient)
    expect(left).toHaveLength(1)
    expect(left[0]).toBeGreaterThan(0)
    expect(left[0]).toBeLessThanOrEqual(60_000)
  })

  it('answers a deadline that passes during the run at once, and refuses what the job still says', async () => {
    const late = Promise.withResolvers<boolean>()
    const goOn = Promise.withResolvers<void>()
    start('one', async (job, context) => {
      await context.emit(audio(job, 'in time'))
      await goOn.promise // an engine that does not obey its signal
      late.resolve(await context.emit(audio(job, 'late')))
    })
    await put({ deadlineMs: 200 })
    await empties()
    goOn.resolve()
    expect(await late.promise).toBe(false)
    await say(['in time', 'deadline_exceeded'])
  })

  it('aborts what it does for a session that ends, and does nothing more for it', async () => {
    const hold = await createSession(redis, holdOptions({ sessionId: fixture.sessionId }))
    const aborted = Promise.withResolvers<boolean>()
    const run = vi.fn<Run>(async (job, context) => {
      await sleep(60_000, context.signal)
      aborted.resolve(await context.emit(spoken(job)))
    })
    start('one', run)
    await put()
    await vi.waitFor(() => expect(run).toHaveBeenCalledOnce(), patient)
    await hold.end('closed')
    expect(await aborted.promise).toBe(false)
    await put()
    await empties()
    expect(run).toHaveBeenCalledOnce()
    expect(fixture.results).toEqual([])
    await hold.close()
  })

  it('notices that a session has ended also where it missed the news', async () => {
    const hold = await createSession(redis, holdOptions({ sessionId: fixture.sessionId }))
    const { redis: half, tellGap } = deaf(redis)
    const aborted = Promise.withResolvers<void>()
    const run = vi.fn<Run>(async (_, { signal }) => {
      await sleep(60_000, signal)
      aborted.resolve()
    })
    const consumer = consume(half, 'one', run)
    await put()
    await vi.waitFor(() => expect(run).toHaveBeenCalledOnce(), patient)
    await hold.end('closed')
    tellGap()
    await aborted.promise
    await consumer.close()
    await hold.close()
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

  it('hears the later of two that have the same attempt, because the lane had lost that it was delivered', async () => {
    const taken = Promise.withResolvers<void>()
    const wasRefused = Promise.withResolvers<boolean>()
    start('one', async (job, context) => {
      for (let time = 0; time < 3; time++) await context.emit(audio(job, 'theirs'))
      await taken.promise
      wasRefused.resolve(!(await context.emit(audio(job, 'late'))))
    })
    await put()
    await say(['theirs', 'theirs', 'theirs'])
    await redis.commands.call('XGROUP', 'DESTROY', lane, 'tts-workers')
    await redis.commands.call('XGROUP', 'CREATE', lane, 'tts-workers', '0')
    const attempts: number[] = []
    start('two', async (job, context) => {
      attempts.push(context.attempt)
      await context.emit(audio(job, 'ours'))
      taken.resolve()
      await wasRefused.promise
      await context.emit(spoken(job))
    })
    await say(['theirs', 'theirs', 'theirs', 'ours', 'segment_spoken'])
    expect(await wasRefused.promise).toBe(true)
    expect(attempts).toEqual([1])
    await empties()
  })

  it('only acks a job that was done but not acked by a worker that died', async () => {
    const job = await put()
    const entry = await deliverTo('dead')
    const owner = { entry, attempt: 1, deadlineAtMs: Date.now() + 60_000 }
    const output = jobOutput(redis, job, { ...owner, limits: sessionLogLimits })
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

  it('counts a consumer as gone from when it takes no more, though it shows life for what it ends', async () => {
    const goOn = Promise.withResolvers<void>()
    const began = Promise.withResolvers<void>()
    const run: Run = async (job, context) => {
      began.resolve()
      await goOn.promise
      await context.emit(spoken(job))
    }
    const consumer = start('one', run, { claimAfterMs: 300, heartbeatMs: 20 })
    await put()
    await began.promise
    const closing = consumer.close({ deadlineMs: 20_000 })
    await vi.waitFor(async () => expect((await laneStats(redis, lane)).consumers).toBe(0), patient)
    const thief = vi.fn()
    const other = start('two', thief, { claimAfterMs: 300, heartbeatMs: 20 })
    await sleep(1_000)
    expect((await laneStats(redis, lane)).consumers).toBe(1)
    expect(thief).not.toHaveBeenCalled()
    await other.close()
    goOn.resolve()
    await closing
    await say(['segment_spoken'])
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
    const claimAfterMs = 3_600_000 // what was left need not be claimed
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
