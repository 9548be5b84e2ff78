import { Failure, type SessionId, makeManualClock, newId, silentLog } from '@voicebox/kernel'
import type { EngineDescriptor, Recognition, SpeechRecognizer } from '@voicebox/engines'
import { type Redis, type TranscribeJob, type WorkerResult, appendAudio, openRedis } from '@voicebox/streams'
import { type TestRedis, startRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { transcribe } from './transcribe.ts'

const itemId = 'item_1'

describe('A transcription whose engine breaks', () => {
  let server: TestRedis
  let redis: Redis
  let sessionId: SessionId
  beforeAll(async () => {
    server = await startRedis()
    redis = await openRedis({ url: server.url, name: 'test', log: silentLog, signal: AbortSignal.timeout(10_000) })
    sessionId = newId('sess')
    await appendAudio(redis, sessionId, itemId, new Uint8Array(320), { final: true })
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })

  it('is tried again, and takes back no settled words', async () => {
    expect(await emitted('settled')).toEqual(['turn it', 'turn it on now'])
  })

  it('may take back words that are not settled', async () => {
    expect(await emitted('revised')).toEqual(['turn it', 'turn', 'turn it on now'])
  })

  it('says no interim words where another worker has said some that it does not know', async () => {
    expect(await emitted('settled', { hasEmitted: true })).toEqual(['turn it on now'])
  })

  /** The texts that come of an engine that breaks after two words, and at the second time hears the first of them alone. */
  async function emitted(interims: EngineDescriptor['interims'], { hasEmitted = false } = {}): Promise<string[]> {
    const results: WorkerResult[] = []
    const recognizer = scripted([
      [{ kind: 'interim', text: 'turn it' }],
      [
        { kind: 'interim', text: 'turn' },
        { kind: 'final', text: 'turn it on now' },
      ],
    ])
    const job: TranscribeJob = {
      kind: 'transcribe',
      id: newId('job'),
      sessionId,
      tenantId: 'tenant',
      deadlineAtMs: Infinity,
      traceId: 'trace',
      itemId,
    }
    await transcribe({ redis, recognizer, interims, clock: makeManualClock(), log: silentLog }, job, {
      attempt: 1,
      hasEmitted,
      signal: new AbortController().signal,
      emit(...some) {
        results.push(...some)
        return Promise.resolve(true)
      },
    })
    return results.flatMap((result) => ('text' in result ? result.text : []))
  }
})

/** Says what each attempt is scripted to say, and breaks where that has no final. */
function scripted(attempts: Recognition[][]): SpeechRecognizer {
  return {
    name: 'scripted',
    async *recognize() {
      const said = attempts.shift() ?? []
      yield* said
      if (said.at(-1)?.kind !== 'final') throw new Failure('engine', 'recognizer_crashed', 'It broke')
    },
    close: () => Promise.resolve(),
  }
}
