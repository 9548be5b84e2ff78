import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { concatSamples, samplesOf } from '@voicebox/audio'
import type { TtsEngine } from '@voicebox/engines'
import { newId, openScope, silentLog } from '@voicebox/kernel'
import {
  type Redis,
  type SynthesizeJob,
  type WorkerResult,
  cancelWork,
  enqueue,
  followSession,
  openRedis,
} from '@voicebox/streams'
import { type TestRedis, startRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runTtsWorker } from './worker.ts'

describe('The speech worker', () => {
  const scope = openScope()
  let server: TestRedis
  let redis: Redis
  beforeAll(async () => {
    server = scope.use(await startRedis())
    redis = scope.use(
      await openRedis({ url: server.url, name: 'test', log: silentLog, signal: AbortSignal.timeout(10_000) }),
    )
  })
  afterAll(() => scope.close())

  /** Runs a worker around `use`; answers its summary. */
  async function withWorker(
    engine: TtsEngine,
    stub: object,
    use: () => Promise<void>,
    more: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const leave = new AbortController()
    const ready = Promise.withResolvers<string>()
    const env = {
      PATH: process.env['PATH'],
      REDIS_URL: server.url,
      VOICEBOX_TTS_ENGINE: engine,
      VOICEBOX_STUB: JSON.stringify(stub),
      VOICEBOX_LOG_LEVEL: 'silent',
      ...more,
    }
    const worker = runTtsWorker(env, leave.signal, ({ summary }) => ready.resolve(summary))
    await Promise.race([ready.promise, worker])
    try {
      await use()
    } finally {
      leave.abort()
      await worker
    }
    return ready.promise
  }

  /** Gives a segment to the lane; resolves with all that was said of it, once `isEnough`. */
  async function results(
    engine: TtsEngine,
    about: Partial<SynthesizeJob>,
    isEnough: (result: WorkerResult) => boolean = ({ kind }) => kind === 'segment_spoken' || kind === 'segment_failed',
  ): Promise<WorkerResult[]> {
    const job = segmentJob(about)
    const said: WorkerResult[] = []
    const enough = Promise.withResolvers<void>()
    const follower = await followSession(redis, job, {
      afterSeq: 0,
      log: silentLog,
      onResult(result) {
        said.push(result)
        if (isEnough(result)) enough.resolve()
      },
    })
    await enqueue(redis, `jobs:tts:${engine}`, job)
    await enough.promise
    follower.close()
    return said
  }

  it('speaks the segments of its lane', async () => {
    const summary = await withWorker('stub', {}, async () => {
      const said = await results('stub', { segment: 2, text: 'ten letter' })
      expect(said.at(-1)).toMatchObject({ kind: 'segment_spoken', segment: 2, samples: (10 * 60 * 24_000) / 1000 })
      const audio = said.flatMap((result) => (result.kind === 'audio_generated' ? [samplesOf(result.pcm)] : []))
      expect(audio[0]).toHaveLength(1_440)
      expect(concatSamples(audio)).toHaveLength(14_400)
    })
    expect(summary).toBe('speech: stub. VOICEBOX_TTS_ENGINE names it.')
  })

  it('speaks with flite, and other languages with espeak-ng', async () => {
    await withWorker('flite', {}, async () => {
      const english = await results('flite', { text: 'Good morning.' })
      expect(english.at(-1)).toMatchObject({ kind: 'segment_spoken' })
      const russian = await results('flite', { text: 'Доброе утро.', language: 'ru' }) // letters that flite has not
      const last = russian.at(-1)
      expect(last?.kind === 'segment_spoken' && last.samples > 10_000).toBe(true)
    })
  })

  it('stops speaking when the response is cancelled, and goes on with the next', async () => {
    await withWorker('stub', { ttsRealtimeFactor: 1 }, async () => {
      const job = { responseId: newId('resp'), tenantId: 'tenant', sessionId: newId('sess') }
      const said = await results('stub', { ...job, text: 'a'.repeat(1_000) }, ({ kind }) => kind === 'audio_generated')
      expect(said.map(({ kind }) => kind)).toEqual(['audio_generated'])
      await cancelWork(redis, job, job.responseId)
      expect((await results('stub', { text: 'ab' })).at(-1)).toMatchObject({ kind: 'segment_spoken' })
    })
  })

  it('tells over HTTP how it is, where it is given a port', async () => {
    const port = await freePort()
    await withWorker(
      'stub',
      {},
      async () => {
        await results('stub', { text: 'ab' })
        expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
        await vi.waitFor(async () => {
          const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
          expect(metrics).toContain('voicebox_jobs_total{lane="jobs:tts:stub",outcome="done"} 1')
        })
      },
      { VOICEBOX_WORKER_PORT: String(port) },
    )
  })

  it('refuses to start without a Redis, or without what its engine needs', async () => {
    const never = new AbortController().signal
    const start = (env: NodeJS.ProcessEnv): Promise<void> => runTtsWorker(env, never, () => undefined)
    await expect(start({ VOICEBOX_TTS_ENGINE: 'stub' })).rejects.toMatchObject({ code: 'invalid_configuration' })
    const flite = {
      REDIS_URL: server.url,
      VOICEBOX_TTS_ENGINE: 'flite',
      PATH: '/nowhere',
      VOICEBOX_LOG_LEVEL: 'silent',
    }
    await expect(start(flite)).rejects.toMatchObject({ code: 'program_missing' })
    const kokoro = { ...flite, VOICEBOX_TTS_ENGINE: 'kokoro', VOICEBOX_MODELS_DIR: '/nowhere' }
    await expect(start(kokoro)).rejects.toMatchObject({ code: 'model_missing' })
  })
})

function segmentJob(about: Partial<SynthesizeJob>): SynthesizeJob {
  return {
    kind: 'synthesize',
    id: newId('job'),
    sessionId: newId('sess'),
    tenantId: 'tenant',
    deadlineMs: 60_000,
    traceId: 'trace',
    responseId: newId('resp'),
    segment: 0,
    text: 'Good morning.',
    voice: 'alloy',
    speed: 1,
    ...about,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
