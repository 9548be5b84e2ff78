import { newId, silentLog } from '@voicebox/kernel'
import { type SynthesizeJob, type WorkerResult, enqueue, followSession, laneStats } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type WorkerProcess, startWorkerProcess } from './testing/worker-process.ts'

const lane = 'jobs:tts:stub'
const patient = { timeout: 20_000, interval: 10 }

describe('A worker that is asked to leave', () => {
  const server = useRedis('one server', { each: true })
  const redis = server.handle()
  const workers: WorkerProcess[] = []
  afterEach(() => {
    for (const worker of workers.splice(0)) worker.kill('SIGKILL')
  })

  /** `claimAfterMs` is so long that nothing is claimed: what another does was put back. */
  async function start(stub: object, env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
    const settings = { VOICEBOX_STUB: JSON.stringify(stub), VOICEBOX_CLAIM_AFTER_MS: '600000', ...env }
    const worker = await startWorkerProcess(server.url, settings)
    workers.push(worker)
    return worker
  }
  /** Gives a segment to the lane and tells what is said of it. */
  async function speak(text: string): Promise<WorkerResult[]> {
    const job: SynthesizeJob = {
      kind: 'synthesize',
      id: newId('job'),
      sessionId: newId('sess'),
      tenantId: 'tenant',
      deadlineMs: 60_000,
      traceId: 'trace',
      responseId: newId('resp'),
      segment: 0,
      text,
      voice: 'alloy',
      speed: 1,
    }
    const said: WorkerResult[] = []
    const onResult = (result: WorkerResult): void => void said.push(result)
    await followSession(redis, job, { afterSeq: 0, log: silentLog, onResult })
    expect(await enqueue(redis, lane, job)).toBe('queued')
    return said
  }
  const begins = (said: WorkerResult[]): Promise<void> =>
    vi.waitFor(() => expect(said[0]?.kind).toBe('audio_generated'), patient)

  it('ends the segment that it speaks, takes no more, and is gone from its lane', async () => {
    const worker = await start({ ttsRealtimeFactor: 0.5 })
    const said = await speak('a'.repeat(50)) // 3 s of audio
    await begins(said)
    worker.kill('SIGTERM')
    await vi.waitFor(async () => expect((await laneStats(redis, lane)).consumers).toBe(0), patient)
    await speak('not taken')
    expect(await worker.ended).toBe(0)
    expect(said.at(-1)).toMatchObject({ kind: 'segment_spoken', samples: 3 * 24_000 })
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 1, pending: 0 })
    expect(await redis.commands.xinfo('CONSUMERS', lane, 'tts-workers')).toEqual([])
  })

  it('puts back what it cannot end in time, so that another has it at once', async () => {
    const leaving = await start({ ttsRealtimeFactor: 0.5 }, { VOICEBOX_DRAIN_MS: '2500' })
    const said = await speak('a'.repeat(400)) // 24 s of audio
    await begins(said)
    await start({})
    leaving.kill('SIGTERM')
    expect(await leaving.ended).toBe(0)
    await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ kind: 'segment_spoken', samples: 24 * 24_000 }), patient)
    await vi.waitFor(async () => expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0 }), patient)
  })

  it.each(['stop', 'pause'] as const)('leaves in time, as asked, when Redis does %s', async (fate) => {
    const worker = await start({ ttsRealtimeFactor: 1 }, { VOICEBOX_DRAIN_MS: '3000' })
    const said = await speak('a'.repeat(500))
    await begins(said)
    await server[fate]()
    worker.kill('SIGTERM')
    expect(await worker.ended).toBe(0) // 1 where it had to be ended after its time
    await (fate === 'pause' ? server.resume() : server.start())
  })

  it('leaves in time when Redis is away and it has nothing to do', async () => {
    const worker = await start({}, { VOICEBOX_DRAIN_MS: '3000' })
    await server.stop()
    worker.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    await server.start()
  })

  it('is not missed when it is killed instead: what it had is claimed', async () => {
    const doomed = await start({ ttsRealtimeFactor: 0.5 })
    const said = await speak('a'.repeat(50))
    await begins(said)
    doomed.kill('SIGKILL')
    await doomed.ended
    await start({}, { VOICEBOX_CLAIM_AFTER_MS: '500' })
    await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ kind: 'segment_spoken', samples: 3 * 24_000 }), patient)
  })
})
