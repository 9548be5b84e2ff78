import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type SessionId, newId, silentLog, sleep } from '@voicebox/kernel'
import {
  type Lane,
  type Redis,
  type SessionFollower,
  type TranscribeJob,
  type WorkerResult,
  type SessionHold,
  appendAudio,
  cancelWork,
  createSession,
  enqueue,
  followSession,
  openRedis,
  takeSession,
} from '@voicebox/streams'
import { type TestRedis, startRedis } from '@voicebox/streams/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Recording, fixturesDir, flite, recordings } from './testing/speech.ts'
import { runSttWorker } from './worker.ts'

type SttLane = Extract<Lane, `jobs:stt:${string}`>

const mini = {
  VOICEBOX_MODELS_DIR: fixturesDir,
  VOICEBOX_WHISPER_MODEL: 'whisper-mini',
  VOICEBOX_WHISPER_DTYPE: 'fp16',
  VOICEBOX_DEVICE: 'cpu',
}

describe('the recognition worker', () => {
  let server: TestRedis
  let redis: Redis
  let leave: AbortController
  let running: Promise<void>
  let sessionId: SessionId
  let results: WorkerResult[]
  let follower: SessionFollower
  let hold: SessionHold
  const written = new Map<string, number>()

  beforeAll(async () => {
    server = await startRedis()
    redis = await openRedis({ url: server.url, name: 'test', log: silentLog, signal: AbortSignal.timeout(10_000) })
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })
  beforeEach(async () => {
    leave = new AbortController()
    running = Promise.resolve()
    sessionId = newId('sess')
    hold = await createSession(redis, holdOptions(sessionId))
    written.clear()
    results = []
    const onResult = (result: WorkerResult): void => void results.push(result)
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    leave.abort()
    await running
    follower.close()
    await hold.close()
  })

  it('says what was said in an utterance, and how long it was', async () => {
    expect(await start(mini)).toBe(
      `speech to text: whisper (whisper-mini, fp16, on cpu). Its model is in ${fixturesDir}/whisper-mini.`,
    )
    const [first, second] = (await recordings()) as [Recording, Recording]
    await Promise.all([say('item_1', first.samples), say('item_2', second.samples)])
    await Promise.all([ask('jobs:stt:whisper', 'item_1'), ask('jobs:stt:whisper', 'item_2', { language: 'en' })])
    expect([await lastOf('item_1'), await lastOf('item_2')]).toEqual([
      { kind: 'transcript_final', itemId: 'item_1', text: first.text, audioMs: msOf(first.samples) },
      { kind: 'transcript_final', itemId: 'item_2', text: second.text, audioMs: msOf(second.samples) },
    ])
  })

  it('listens while the utterance goes on, and says what it has so far', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'pocketsphinx' })
    const { samples, text } = await flite('kal16', 'hello can you help')
    await ask('jobs:stt:pocketsphinx', 'item_1')
    await append('item_1', samples)
    await append('item_1', new Int16Array(16_000))
    const interim = { kind: 'transcript_interim', itemId: 'item_1', text }
    await vi.waitFor(() => expect(results).toEqual([interim]), { timeout: 20_000 })
    await say('item_1', samples)
    const audioMs = msOf(samples) + 1_000 + msOf(samples)
    const final = await lastOf('item_1')
    expect(final).toMatchObject({ kind: 'transcript_final', text: `${text} ${text}` })
    expect(final?.kind === 'transcript_final' && Math.abs(final.audioMs - audioMs)).toBeLessThanOrEqual(1)
  })

  it('hears the rest of an utterance whose gateway died in the middle of it, from the one that goes on with the session', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'pocketsphinx' })
    const { samples, text } = await flite('kal16', 'hello can you help')
    await ask('jobs:stt:pocketsphinx', 'item_1')
    await append('item_1', samples)
    await append('item_1', new Int16Array(16_000))
    await vi.waitFor(() => expect(results).toMatchObject([{ kind: 'transcript_interim', text }]), { timeout: 20_000 })
    const dead = hold
    await sleep(12_000) // nobody missed it so far
    const taken = await takeSession(redis, holdOptions(sessionId))
    if (taken === null) throw new Error('There is no such session')
    hold = taken.hold
    expect(
      await appendAudio(redis, dead, 'item_1', written.get('item_1') ?? 0, new Uint8Array(320), { final: true }),
    ).toBe('lost')
    await append('item_1', samples.slice(0, 8_000))
    await say('item_1', samples.slice(8_000))
    expect(await lastOf('item_1')).toMatchObject({ kind: 'transcript_final', text: `${text} ${text}` })
    await dead.close()
  }, 60_000)

  it('says how sure it is where the job asks for it', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_STUB: '{"transcript":"two words"}' })
    await say('item_1', new Int16Array(160))
    await ask('jobs:stt:stub', 'item_1', { wantsLogprobs: true })
    const final = await lastOf('item_1')
    expect(final?.kind === 'transcript_final' && final.logprobs?.map(({ token }) => token)).toEqual(['two', ' words'])
  })

  it('looks what the words so far are of an utterance that goes on, and transcribes it all the same', async () => {
    await start(mini)
    const [{ samples, text }] = (await recordings()) as [Recording]
    const peekMs = msOf(samples)
    await ask('jobs:stt:whisper', 'item_1', { peekMs })
    await append('item_1', samples.slice(0, 8_000))
    await append('item_1', samples.slice(8_000))
    expect(await lastOf('item_1')).toEqual({ kind: 'transcript_peeked', itemId: 'item_1', text, audioMs: peekMs })
    results.length = 0
    await say('item_1', new Int16Array(16_000))
    await ask('jobs:stt:whisper', 'item_1')
    const audioMs = msOf(samples) + 1_000
    expect(await lastOf('item_1')).toEqual({ kind: 'transcript_final', itemId: 'item_1', text, audioMs })
  })

  it('looks only at the part that was asked for, or at what there is of it', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_STUB: '{"transcript":"done"}' })
    await append('item_1', new Int16Array(16_000))
    await ask('jobs:stt:stub', 'item_1', { peekMs: 250 })
    await say('item_2', new Int16Array(1_600))
    await ask('jobs:stt:stub', 'item_2', { peekMs: 250 })
    expect([await lastOf('item_1'), await lastOf('item_2')]).toEqual([
      { kind: 'transcript_peeked', itemId: 'item_1', text: 'done', audioMs: 250 },
      { kind: 'transcript_peeked', itemId: 'item_2', text: 'done', audioMs: 100 },
    ])
  })

  it('knows no words where it could not look, and leaves the utterance alone', async () => {
    await start(mini)
    const [{ samples, text }] = (await recordings()) as [Recording]
    await append('item_1', samples)
    await ask('jobs:stt:whisper', 'item_1', { peekMs: 500, language: 'de' })
    expect(await lastOf('item_1')).toEqual({ kind: 'transcript_peeked', itemId: 'item_1', text: '', audioMs: 500 })
    results.length = 0
    await say('item_1', new Int16Array(160))
    await ask('jobs:stt:whisper', 'item_1')
    expect(await lastOf('item_1')).toMatchObject({ kind: 'transcript_final', text })
  })

  it('does not look at an utterance that was cancelled', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'stub' })
    await ask('jobs:stt:stub', 'item_1', { peekMs: 500 })
    await append('item_1', new Int16Array(160))
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, 'item_1')
    await say('item_1', new Int16Array(16_000))
    await say('item_2', new Int16Array(160))
    await ask('jobs:stt:stub', 'item_2', { peekMs: 500 })
    expect(await lastOf('item_2')).toMatchObject({ kind: 'transcript_peeked', itemId: 'item_2' })
    expect(results).toHaveLength(1)
  })

  it('says that a transcription failed, and why', async () => {
    await start(mini)
    await say('item_1', new Int16Array(160))
    await ask('jobs:stt:whisper', 'item_1', { language: 'de' })
    expect(await lastOf('item_1')).toEqual({
      kind: 'transcript_failed',
      itemId: 'item_1',
      code: 'unsupported_language',
      message: 'The Whisper model does not know the language "de"',
    })
  })

  it('says nothing more of an utterance that was cancelled', async () => {
    await start({ VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_STUB: '{"transcript":"done"}' })
    await ask('jobs:stt:stub', 'item_1')
    await append('item_1', new Int16Array(160))
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, 'item_1')
    await say('item_1', new Int16Array(160))
    await ask('jobs:stt:stub', 'item_2')
    await say('item_2', new Int16Array(160))
    expect(await lastOf('item_2')).toMatchObject({ kind: 'transcript_final', text: 'done', audioMs: 10 })
    expect(results).toHaveLength(1)
  })

  it('tells over HTTP how it is, where it is given a port', async () => {
    const port = await freePort()
    await start({ VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_WORKER_PORT: String(port) })
    await say('item_1', new Int16Array(160))
    await ask('jobs:stt:stub', 'item_1')
    await lastOf('item_1')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      expect(metrics).toContain('voicebox_jobs_total{lane="jobs:stt:stub",outcome="done"} 1')
    })
  })

  it('does not start without its model, and says where it should be', async () => {
    const starting = start({ ...mini, VOICEBOX_STT_ENGINE: 'whisper', VOICEBOX_WHISPER_MODEL: 'other' })
    await expect(starting).rejects.toMatchObject({
      code: 'model_missing',
      message: expect.stringContaining('/other lacks config.json') as string,
    })
    running = Promise.resolve()
  })

  /** Resolves with what the worker says of itself when it serves. */
  function start(env: NodeJS.ProcessEnv): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = { PATH: process.env['PATH'], REDIS_URL: server.url, VOICEBOX_LOG_LEVEL: 'silent', ...env }
      running = runSttWorker(all, leave.signal, ({ summary }) => resolve(summary))
      running.catch(reject)
    })
  }

  async function ask(lane: SttLane, itemId: string, hints: Partial<TranscribeJob> = {}): Promise<void> {
    const about = {
      id: newId('job'),
      sessionId,
      tenantId: 'tenant',
      deadlineMs: 60_000,
      traceId: 'trace',
    }
    expect(await enqueue(redis, lane, { kind: 'transcribe', itemId, ...about, ...hints })).toBe('queued')
  }

  async function append(itemId: string, samples: Int16Array, final = false): Promise<void> {
    const at = written.get(itemId) ?? 0
    written.set(itemId, at + samples.length)
    const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
    expect(await appendAudio(redis, hold, itemId, at, pcm, { final })).toBe('appended')
  }
  const say = (itemId: string, samples: Int16Array): Promise<void> => append(itemId, samples, true)

  function lastOf(itemId: string): Promise<WorkerResult | undefined> {
    return vi.waitFor(
      () => {
        const last = results.findLast((result) => 'itemId' in result && result.itemId === itemId)
        if (last === undefined || last.kind === 'transcript_interim') throw new Error('There is no last result yet')
        return last
      },
      { timeout: 20_000 },
    )
  }
})

const holdOptions = (sessionId: SessionId) => ({
  tenantId: 'tenant',
  sessionId,
  holder: 'gateway',
  ttlMs: 60_000,
  onTaken: () => {},
  log: silentLog,
})
const msOf = (samples: Int16Array): number => Math.round(samples.length / 16)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
