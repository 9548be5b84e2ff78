import { aborted, type ItemId, newId, type ResponseId, type SessionId, silentLog, systemClock } from '@voicebox/kernel'
import {
  type GenerateJob,
  type Redis,
  type SessionFollower,
  type SynthesizeJob,
  type WorkerResult,
  cancelWork,
  consumeLane,
  enqueue,
  followSession,
  openRedis,
  saveItems,
} from '@voicebox/streams'
import { type TestRedis, startRedis } from '@voicebox/streams/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ChatScript, type ChatServer, reply, startChatServer } from './testing/index.ts'
import { runLlmWorker } from './worker.ts'

describe('the language worker', () => {
  let redisServer: TestRedis
  let redis: Redis
  let server: ChatServer
  let leave: AbortController
  let running: Promise<void> | undefined
  let sessionId: SessionId
  let responseId: ResponseId
  let results: WorkerResult[]
  let follower: SessionFollower

  beforeAll(async () => {
    redisServer = await startRedis()
    redis = await openRedis({
      url: redisServer.url,
      name: 'test',
      log: silentLog,
      signal: new AbortController().signal,
    })
  })
  afterAll(async () => {
    await redis.close()
    await redisServer.close()
  })
  beforeEach(async () => {
    leave = new AbortController()
    sessionId = newId('sess')
    responseId = newId('resp')
    results = []
    server = await startChatServer(reply('Hello there.'))
    const onResult = (result: WorkerResult) => void results.push(result)
    follower = await followSession(redis, sessionId, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    leave.abort()
    await server.close()
    await running
    running = undefined
    follower.close()
  })

  it('emits the text as it comes, then that it has finished', async () => {
    await startWorker(reply('The library opens at nine.', { usage: { prompt_tokens: 7, completion_tokens: 5 } }))
    await saveWords('item_1', 'user', 'When does the library open?')
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1'] }))
    expect(await ended()).toEqual({
      kind: 'generation_finished',
      responseId,
      reason: 'stop',
      usage: { inputTokens: 7, outputTokens: 5, cachedTokens: 0 },
      segments: 0,
      provider: 'first',
    })
    expect(textOf(results)).toBe('The library opens at nine.')
    expect(server.requests[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'When does the library open?' },
    ])
  })

  it('puts each segment of an audio response on the lane of its engine, and says so', async () => {
    const text = 'It opens at nine. On **Sundays** it is closed. 🎉'
    await startWorker(reply(text))
    const spoken: SynthesizeJob[] = []
    const lane = consumeLane(redis, {
      lane: 'jobs:tts:stub',
      concurrency: 8,
      claimAfterMs: 5_000,
      consumer: 'listener',
      clock: systemClock,
      log: silentLog,
      run: (synthesis, { emit }) => {
        spoken.push(synthesis)
        return emit({ kind: 'segment_spoken', responseId, segment: synthesis.segment, samples: 0 }).then(() => {})
      },
      failed: () => [],
    })
    const asked = job({ speech: { engine: 'stub', voice: 'alloy', speed: 1.25, language: 'en' } })
    await enqueue(redis, 'jobs:llm:default', asked)
    expect(await ended()).toMatchObject({ kind: 'generation_finished', segments: 2 })
    await vi.waitFor(() => expect(spoken).toHaveLength(2))
    await lane.close()

    const planned = results.filter((result) => result.kind === 'segment_planned')
    expect(planned.map(({ segment }) => segment)).toEqual([0, 1])
    expect(planned.map((segment) => segment.text).join('')).toBe(text)
    expect(spoken.sort((a, b) => a.segment - b.segment)).toMatchObject([
      { segment: 0, text: 'It opens at nine.', voice: 'alloy', speed: 1.25, language: 'en', traceId: asked.traceId },
      { segment: 1, text: 'On Sundays it is closed.', tenantId: asked.tenantId, deadlineAtMs: asked.deadlineAtMs },
    ])
  })

  it('tells the provider that the last turn was not understood', async () => {
    await startWorker(reply('Pardon?'))
    await saveWords('item_1', 'user', '')
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1', 'item_gone'] }))
    await ended()
    expect(server.requests[0]?.messages.at(-1)).toEqual({ role: 'user', content: '[inaudible]' })
  })

  it('says that it has reached the limit of tokens', async () => {
    await startWorker(reply('One two three four.'))
    await enqueue(redis, 'jobs:llm:default', job({ maxOutputTokens: 2 }))
    expect(await ended()).toMatchObject({ kind: 'generation_finished', reason: 'max_output_tokens' })
    expect(textOf(results)).toBe('One two')
  })

  it('names the providers that could not answer, and goes on', async () => {
    await startWorker([{ kind: 'status', status: 500 }, reply('I am back.')])
    await enqueue(redis, 'jobs:llm:default', job())
    const message = 'No language provider could answer: first answered HTTP 500 (scripted)'
    expect(await ended()).toEqual({ kind: 'generation_failed', responseId, code: 'all_providers_failed', message })

    responseId = newId('resp')
    await enqueue(redis, 'jobs:llm:default', job())
    expect(await ended()).toMatchObject({ kind: 'generation_finished' })
  })

  it('keeps the text of an answer that is cut short, and says that it has failed', async () => {
    await startWorker({ kind: 'cut', after: ['Well, ', 'I '] })
    await enqueue(redis, 'jobs:llm:default', job())
    expect(await ended()).toMatchObject({ kind: 'generation_failed', code: 'bad_stream' })
    expect(textOf(results)).toBe('Well, I ')
  })

  it('lets go of the provider and says nothing more when the response is cancelled', async () => {
    await startWorker({ kind: 'hang', after: ['Well, '] })
    await enqueue(redis, 'jobs:llm:default', job())
    await vi.waitFor(() => expect(textOf(results)).toBe('Well, '))
    await cancelWork(redis, sessionId, responseId)
    expect(await server.requests[0]?.ended).toBe('client left')
    expect(results).toEqual([{ kind: 'text_generated', responseId, text: 'Well, ' }])
  })

  it('does not begin again an answer whose worker was lost after its first words', async () => {
    const began = Promise.withResolvers<void>()
    const lost = consumeLane(redis, {
      lane: 'jobs:llm:default',
      concurrency: 1,
      claimAfterMs: 5_000,
      consumer: 'lost',
      clock: systemClock,
      log: silentLog,
      async run(_, { emit, signal }) {
        await emit({ kind: 'text_generated', responseId, text: 'Well, ' })
        began.resolve()
        await aborted(signal)
      },
      failed: () => [],
    })
    await enqueue(redis, 'jobs:llm:default', job())
    await began.promise
    await lost.close()
    await startWorker(reply('Well, here I am.'))
    expect(await ended()).toMatchObject({ kind: 'generation_failed', code: 'worker_lost' })
    expect(textOf(results)).toBe('Well, ')
    expect(server.requests).toHaveLength(0)
  })

  it('repeats what it heard where no provider is set, and says so when it is ready', async () => {
    const summary = await startWorker(null)
    expect(summary).toContain('echo')
    await saveWords('item_1', 'user', 'good morning')
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1'] }))
    expect(await ended()).toMatchObject({ kind: 'generation_finished', provider: 'echo' })
    expect(textOf(results)).toBe('You said: good morning')
  })

  it('refuses to start without a Redis', async () => {
    const starting = runLlmWorker({}, leave.signal, () => {})
    await expect(starting).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: 'REDIS_URL: required by a worker',
    })
  })

  async function startWorker(script: ChatScript | null): Promise<string> {
    if (script !== null) server.use(script)
    const providers = JSON.stringify([{ name: 'first', baseURL: server.url, apiKey: 'sk-test', model: 'small' }])
    const ready = Promise.withResolvers<string>()
    running = runLlmWorker(
      {
        REDIS_URL: redisServer.url,
        VOICEBOX_LOG_LEVEL: 'silent',
        ...(script === null ? {} : { VOICEBOX_LLM_PROVIDERS: providers }),
      },
      leave.signal,
      ({ summary }) => ready.resolve(summary),
    )
    return await Promise.race([ready.promise, running.then(() => 'left')])
  }

  function saveWords(id: ItemId, role: 'user' | 'assistant', text: string): Promise<void> {
    return saveItems(redis, sessionId, [{ id, item: {}, context: { role, text } }])
  }

  function job(options: Partial<GenerateJob> = {}): GenerateJob {
    return {
      kind: 'generate',
      id: newId('job'),
      sessionId,
      tenantId: 'tenant',
      deadlineAtMs: Date.now() + 60_000,
      traceId: 'trace',
      responseId,
      instructions: 'Be brief.',
      itemIds: [],
      ...options,
    }
  }

  /** The last result of the response. */
  function ended(): Promise<WorkerResult> {
    return vi.waitFor(
      () => {
        const last = results.find(
          (result) =>
            (result.kind === 'generation_finished' || result.kind === 'generation_failed') &&
            result.responseId === responseId,
        )
        if (last === undefined) throw new Error('The response has not ended')
        return last
      },
      { timeout: 10_000, interval: 5 },
    )
  }
})

function textOf(results: readonly WorkerResult[]): string {
  return results.map((result) => (result.kind === 'text_generated' ? result.text : '')).join('')
}
