import { Failure, type SessionId, newId, silentLog, systemClock } from '@voicebox/kernel'
import type { EngineDescriptor, Recognition, SpeechRecognizer } from '@voicebox/engines'
import {
  type LaneConsumer,
  type WorkerResult,
  appendAudio,
  consumeLane,
  createSession,
  enqueue,
  followSession,
} from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { repeatable, jobFailed, doJob } from './job.ts'

const itemId = 'item_1'
const lane = 'jobs:stt:stub'

describe('A transcription whose engine breaks', () => {
  const redis = useRedis().handle()
  const consumers: LaneConsumer[] = []
  let times: number[] = []
  let sessionId: SessionId
  beforeEach(async () => {
    times = []
    sessionId = newId('sess')
    const about = { tenantId: 'tenant', sessionId, holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, log: silentLog }
    const hold = await createSession(redis, about)
    await appendAudio(redis, hold, itemId, 0, new Uint8Array(320), { final: true })
    await hold.close()
  })
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  it('is tried again, and takes back no settled words', async () => {
    expect(
      await said('settled', [
        ['turn it', 'breaks'],
        ['turn', 'turn it on', 'turn it on now.'],
      ]),
    ).toEqual(['turn it', 'turn it on now.'])
    expect(times).toEqual([expect.any(Number)])
  })

  it('may take back words that are not settled', async () => {
    expect(
      await said('revised', [
        ['turn it', 'breaks'],
        ['turn', 'turn it on now.'],
      ]),
    ).toEqual(['turn it', 'turn', 'turn it on now.'])
  })

  it('is tried three times, then said to have failed', async () => {
    const broken = ['breaks']
    expect(await said('revised', [broken, broken, broken, ['never heard.']])).toEqual(['recognizer_crashed'])
    expect(times).toEqual([])
  })

  it('is not tried again where it only looked for the words so far: they would come too late', async () => {
    expect(await said('revised', [['breaks'], ['never heard.']], { peekMs: 5 })).toEqual([''])
  })

  /** The texts that come of an engine that says what each attempt is scripted to say; what ends in a stop is final. */
  async function said(
    interims: EngineDescriptor['interims'],
    attempts: string[][],
    wishes: { peekMs?: number } = {},
  ): Promise<string[]> {
    const results: WorkerResult[] = []
    const onResult = (result: WorkerResult): void => void results.push(result)
    const follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      { afterSeq: 0, onResult, log: silentLog },
    )
    const onTranscribed = (ms: number): void => void times.push(ms)
    const parts = { redis, recognizer: scripted(attempts), interims, onTranscribed, clock: systemClock, log: silentLog }
    consumers.push(
      consumeLane(redis, {
        lane,
        concurrency: 1,
        claimAfterMs: 5_000,
        consumer: newId('job'),
        clock: systemClock,
        log: silentLog,
        repeatable,
        run: (job, context) => doJob(parts, job, context),
        failed: (job, failure) => [jobFailed(job, failure)],
      }),
    )
    const base = { id: newId('job'), sessionId, tenantId: 'tenant', deadlineMs: 60_000, traceId: 'trace' }
    await enqueue(redis, lane, { kind: 'transcribe', ...base, itemId, ...wishes })
    await vi.waitFor(() => expect(results.at(-1)?.kind).toMatch(/^transcript_(final|failed|peeked)$/), 20_000)
    follower.close()
    return results.flatMap((result) => ('text' in result ? result.text : 'code' in result ? result.code : []))
  }
})

function scripted(attempts: string[][]): SpeechRecognizer {
  return {
    name: 'scripted',
    async *recognize({ audio }): AsyncGenerator<Recognition> {
      for await (const frame of audio) void frame
      for (const text of attempts.shift() ?? []) {
        if (text === 'breaks') throw new Failure('engine', 'recognizer_crashed', 'It broke')
        yield { kind: text.endsWith('.') ? 'final' : 'interim', text }
        await new Promise((resolve) => setTimeout(resolve, 150)) // longer than interim texts are held back
      }
    },
    close: () => Promise.resolve(),
  }
}
