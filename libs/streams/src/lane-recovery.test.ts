import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type SessionId, newId, silentLog, sleep } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type JobContext, type LaneConsumer, type SessionFollower, enqueue, followSession } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { type Run, audio, brief, consume, lane, segmentJob, spoken } from './testing/streams.fixture.ts'

const patient = { timeout: 20_000, interval: 10 }

describe.each(redisKinds)('a job whose worker goes silent, on %s', (kind) => {
  const server = useRedis(kind, { persistent: true })
  const redis = server.handle()
  let sessionId: SessionId
  let results: string[]
  let follower: SessionFollower
  let worker: ChildProcess | undefined
  const consumers: LaneConsumer[] = []

  beforeEach(async () => {
    sessionId = newId('sess')
    results = []
    const onResult = (result: Parameters<typeof brief>[0]): void => void results.push(brief(result))
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    follower.close()
    worker?.kill('SIGKILL')
    worker = undefined
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  const start = (name: string, run: Run, options: Parameters<typeof consume>[3] = {}): LaneConsumer => {
    const consumer = consume(redis, name, run, options)
    consumers.push(consumer)
    return consumer
  }
  const empties = (): Promise<void> =>
    vi.waitFor(async () => {
      expect(await redis.commands.xlen(lane)).toBe(0)
      expect((await redis.commands.xpending(lane, 'tts-workers'))[0]).toBe(0)
    }, patient)

  it('is done by another worker when its own was killed', async () => {
    const { says } = startWorker()
    await enqueue(redis, lane, segmentJob({ sessionId }))
    await says('holding')
    worker?.kill('SIGKILL')
    const contexts: JobContext[] = []
    start('rescuer', async (job, context) => {
      contexts.push(context)
      await context.emit(audio(job, 'ours'), spoken(job))
    })
    await empties()
    expect(contexts).toMatchObject([{ attempt: 2, hasEmitted: true }])
    await vi.waitFor(() => expect(results.slice(-2)).toEqual(['ours', 'segment_spoken']), patient)
  })

  it('belongs to the new worker even when the old one wakes up: it can neither emit, nor ack, nor hold', async () => {
    const { says } = startWorker()
    await enqueue(redis, lane, segmentJob({ sessionId }))
    await says('holding')
    worker?.kill('SIGSTOP')
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    let wasSuperseded = true
    start('rescuer', async (job, context) => {
      await context.emit(audio(job, 'ours'))
      begun.resolve()
      await goOn.promise
      wasSuperseded = !(await context.emit(spoken(job)))
    })
    await begun.promise
    worker?.kill('SIGCONT')
    await says('refused true')
    await sleep(300) // several heartbeats of the old worker
    const [pending] = (await redis.commands.xpending(lane, 'tts-workers', '-', '+', 10)) as [[string, string]]
    expect(pending[1]).toBe('rescuer')
    goOn.resolve()
    await empties()
    expect(wasSuperseded).toBe(false)
    await vi.waitFor(() => expect(results.at(-1)).toBe('segment_spoken'), patient)
    expect(results.slice(results.indexOf('ours'))).toEqual(['ours', 'segment_spoken'])
  })

  it('is not taken from a worker that shows life, however long it takes', async () => {
    const thief = vi.fn()
    const started = Promise.withResolvers<void>()
    start(
      'slow',
      async (job, context) => {
        started.resolve()
        await sleep(2_000)
        await context.emit(spoken(job))
      },
      { claimAfterMs: 700, heartbeatMs: 100 },
    )
    await enqueue(redis, lane, segmentJob({ sessionId }))
    await started.promise
    start('thief', thief, { claimAfterMs: 700, heartbeatMs: 100 })
    await empties()
    expect(thief).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(results).toEqual(['segment_spoken']), patient)
  })

  it('is begun again by its own worker when heartbeats came too late, and the first attempt is aborted', async () => {
    const runs: JobContext[] = []
    start('sole', async (job, context) => {
      runs.push(context)
      if (context.attempt === 1) await sleep(20_000, context.signal)
      else await context.emit(spoken(job))
    })
    await enqueue(redis, lane, segmentJob({ sessionId }))
    await vi.waitFor(() => expect(runs).toHaveLength(1), patient)
    const [[entry]] = (await redis.commands.xpending(lane, 'tts-workers', '-', '+', 1)) as [[string]]
    await vi.waitFor(async () => {
      await redis.commands.xclaim(lane, 'tts-workers', 'sole', 0, entry, 'IDLE', 60_000, 'JUSTID')
      expect(runs.length).toBeGreaterThan(1)
    }, patient)
    await empties()
    expect(runs[0]?.signal.aborted).toBe(true)
    await vi.waitFor(() => expect(results).toEqual(['segment_spoken']), patient)
  })

  it('survives a restart of Redis, with the jobs that wait and the session that listens', async () => {
    const done = new Set<string>()
    start('one', async (job, context) => {
      await sleep(20)
      await context.emit(audio(job, job.text), spoken(job))
      done.add(job.text)
    })
    const texts = Array.from({ length: 60 }, (_, index) => `segment ${index}`)
    for (const text of texts.slice(0, 30)) await enqueue(redis, lane, segmentJob({ sessionId, text }))
    await vi.waitFor(() => expect(done.size).toBeGreaterThan(5), patient)
    await server.restart(lane)
    for (const text of texts.slice(30)) await enqueue(redis, lane, segmentJob({ sessionId, text }))
    await empties()
    const ends = (): string[] => results.filter((result) => result === 'segment_spoken')
    await vi.waitFor(() => expect(ends()).toHaveLength(60), patient)
    expect(new Set(results)).toEqual(new Set([...texts, 'segment_spoken']))
  })

  it('goes on after Redis lost everything', async () => {
    const lost = vi.fn()
    follower.close()
    const onResult = (result: Parameters<typeof brief>[0]): void => void results.push(brief(result))
    follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      { afterSeq: 0, onResult, onLost: lost, log: silentLog },
    )
    start('one', async (job, context) => void (await context.emit(audio(job, job.text), spoken(job))))
    await enqueue(redis, lane, segmentJob({ sessionId, text: 'before' }))
    await vi.waitFor(() => expect(results).toEqual(['before', 'segment_spoken']), patient)
    await server.each('FLUSHALL')
    await enqueue(redis, lane, segmentJob({ sessionId, text: 'after' }))
    await vi.waitFor(() => expect(results).toEqual(['before', 'segment_spoken', 'after', 'segment_spoken']), patient)
    expect(lost).toHaveBeenCalledOnce()
  })

  /** Starts a worker in a process of its own, which can be killed and stopped for real. */
  function startWorker(): { says(line: string): Promise<void> } {
    const file = fileURLToPath(new URL('./testing/holding-worker.fixture.ts', import.meta.url))
    const child = spawn(process.execPath, [file, server.url], { stdio: ['pipe', 'pipe', 'inherit'] })
    worker = child
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    const exited = once(child, 'exit')
    return {
      async says(line) {
        await Promise.race([
          vi.waitFor(() => expect(lines).toContain(line), patient),
          exited.then(() => Promise.reject(new Error('The worker is gone'))),
        ])
      },
    }
  }
})
