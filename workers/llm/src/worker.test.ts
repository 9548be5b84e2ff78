import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { ContextItem } from '@voicebox/engines'
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
} from '@voicebox/streams'
import { type TestRedis, saveItems, startRedis } from '@voicebox/streams/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ChatScript, type ChatServer, type ChatTurn, callTools, reply, startChatServer } from './testing/index.ts'
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
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
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
      { segment: 1, text: 'On Sundays it is closed.', tenantId: asked.tenantId },
    ])
    const own = responseId.slice('resp_'.length) // the same in every attempt, so that none is spoken twice
    expect(spoken.map(({ id }) => id)).toEqual([`job_${own}_0`, `job_${own}_1`])
    for (const { deadlineMs } of spoken) {
      expect(deadlineMs).toBeGreaterThan(0) // what is left of the answer's
      expect(deadlineMs).toBeLessThan(asked.deadlineMs)
    }
  })

  it('emits the calls of tools in order with the text', async () => {
    const calls = [
      { name: 'get_weather', arguments: '{"city": "Rome"}' },
      { name: 'get_time', arguments: '{}' },
    ]
    await startWorker(callTools(calls, { text: ['Let me ', 'see'], chunkMs: 1 }))
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const asked = job({
      tools: [{ name: 'get_weather', description: 'Tells the weather.', parameters }, { name: 'get_time' }],
      toolChoice: 'auto',
      parallelToolCalls: true,
      reasoningEffort: 'low',
      temperature: 0.5,
      speech: { engine: 'stub', voice: 'alloy', speed: 1 },
    })
    await enqueue(redis, 'jobs:llm:default', asked)
    expect(await ended()).toMatchObject({ kind: 'generation_finished', reason: 'stop', segments: 1 })
    expect(joined(results)).toEqual([
      'text: Let me see',
      'segment 0: Let me see',
      'call 0: get_weather',
      'arguments 0: {"city": "Rome"}',
      'call 1: get_time',
      'arguments 1: {}',
    ])
    expect(server.requests[0]?.body).toMatchObject({
      tools: [{ function: { name: 'get_weather', description: 'Tells the weather.', parameters } }, {}],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning_effort: 'low',
      temperature: 0.5,
    })
  })

  it('shows the provider what tools have given, each result behind its call', async () => {
    await startWorker(reply('It rains.'))
    await saveWords('item_1', 'user', 'Weather in Rome and Oslo?')
    await saveEntries('item_2', toolCall('call_rome'))
    await saveEntries('item_3', toolCall('call_oslo'))
    await saveWords('item_4', 'user', 'Are you there?')
    await saveEntries('item_5', toolResult('call_gone'))
    await saveEntries('item_6', toolResult('call_rome'))
    await saveEntries('item_7', toolCall('call_mcp'), toolResult('call_mcp'))
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: [1, 2, 3, 4, 5, 6, 7].map((n) => `item_${n}` as const) }))
    await ended()
    const called = (...ids: string[]) => ({
      role: 'assistant',
      content: null,
      tool_calls: ids.map((id) => calledAs(id)),
    })
    expect(server.requests[0]?.body['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather in Rome and Oslo?' },
      called('call_rome', 'call_oslo'),
      { role: 'tool', tool_call_id: 'call_rome', content: 'rain' },
      { role: 'tool', tool_call_id: 'call_oslo', content: 'There is no result yet.' },
      { role: 'user', content: 'Are you there?' },
      called('call_mcp'),
      { role: 'tool', tool_call_id: 'call_mcp', content: 'rain' },
    ])
  })

  it('shows the provider what the user shows', async () => {
    await startWorker(reply('A dot.'))
    const image = { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' as const }
    await saveEntries('item_1', { role: 'user', text: 'What is it?', images: [image] })
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1'] }))
    await ended()
    expect(server.requests[0]?.body['messages']).toMatchObject([
      {},
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: image },
        ],
      },
    ])
  })

  it('keeps what it has of a call that is cut short, and says that it has failed', async () => {
    await startWorker(callTools([{ name: 'get_weather', arguments: '{"city": "Rome"}' }], { then: 'cut' }))
    await enqueue(redis, 'jobs:llm:default', job({ tools: [{ name: 'get_weather' }] }))
    expect(await ended()).toMatchObject({ kind: 'generation_failed', code: 'bad_stream' })
    expect(joined(results)).toEqual(['call 0: get_weather', 'arguments 0: {"city'])
  })

  it('follows the rules of a scripted provider', async () => {
    const rules = [
      { when: 'weather in (\\w+)', calls: [{ name: 'get_weather', arguments: '{"city":"$1"}' }] },
      { when: '(.*)', in: 'tool_result', find: 'weather in (\\w+)', reply: 'In %1: $1.' },
    ]
    await startWorker(null, { VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'scripted', rules }]) })
    await saveWords('item_1', 'user', 'The weather in Rome?')
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1'], tools: [{ name: 'get_weather' }] }))
    expect(await ended()).toMatchObject({ provider: 'scripted' })
    expect(joined(results)).toEqual(['call 0: get_weather', 'arguments 0: {"city":"Rome"}'])

    responseId = newId('resp')
    await saveEntries('item_2', toolCall('call_rome'), toolResult('call_rome'))
    await enqueue(redis, 'jobs:llm:default', job({ itemIds: ['item_1', 'item_2'] }))
    await ended()
    expect(textOf(results)).toBe('In Rome: rain.')
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

  it('says of a segment for which there is no room that it cannot be spoken, and goes on', async () => {
    await startWorker(reply('It opens at nine. On Sundays it is closed. Bye.'), { VOICEBOX_LANE_DEPTH: '1' })
    const speech = { engine: 'espeak-ng', voice: 'alloy', speed: 1 } as const // whose lane nobody serves
    await enqueue(redis, 'jobs:llm:default', job({ speech }))
    expect(await ended()).toMatchObject({ kind: 'generation_finished', segments: 3 })
    expect(textOf(results)).toBe('It opens at nine. On Sundays it is closed. Bye.')
    const segments = results.flatMap((result) => ('segment' in result ? [`${result.kind} ${result.segment}`] : []))
    expect(segments).toEqual([
      'segment_planned 0',
      'segment_planned 1',
      'segment_failed 1',
      'segment_planned 2',
      'segment_failed 2',
    ])
    expect(await redis.commands.xlen('jobs:tts:espeak-ng')).toBe(1)
  })

  it('asks again where no provider could answer, and nothing is said of it', async () => {
    await startWorker([{ kind: 'status', status: 500 }, { kind: 'status', status: 503 }, reply('I am back.')])
    await enqueue(redis, 'jobs:llm:default', job())
    expect(await ended()).toMatchObject({ kind: 'generation_finished' })
    expect(textOf(results)).toBe('I am back.')
    expect(server.requests).toHaveLength(3)
  })

  it('does not ask again where the request is refused', async () => {
    await startWorker([{ kind: 'status', status: 400 }, reply('I should not.')])
    await enqueue(redis, 'jobs:llm:default', job())
    expect(await ended()).toMatchObject({ kind: 'generation_failed', code: 'all_providers_failed' })
    expect(server.requests).toHaveLength(1)
  })

  it('names the providers that could not answer in three attempts, and goes on', async () => {
    const broken: ChatTurn = { kind: 'status', status: 500 }
    await startWorker([broken, broken, broken, reply('I am back.')])
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
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, responseId)
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

  it('tells over HTTP how it is, where it is given a port', async () => {
    const port = await freePort()
    const broken: ChatTurn = { kind: 'status', status: 500 }
    const env = { VOICEBOX_WORKER_PORT: String(port), VOICEBOX_LANE_DEPTH: '1' }
    await startWorker([broken, reply('It opens at nine. On Sundays it is closed.')], env)
    const speech = { engine: 'kokoro', voice: 'alloy', speed: 1 } as const // whose lane nobody serves
    await enqueue(redis, 'jobs:llm:default', job({ speech }))
    await ended()
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      expect(metrics).toContain('voicebox_jobs_total{lane="jobs:llm:default",outcome="retried"} 1')
      expect(metrics).toContain('voicebox_jobs_total{lane="jobs:llm:default",outcome="done"} 1')
      expect(metrics).toContain('voicebox_jobs_total{lane="jobs:tts:kokoro",outcome="refused"} 1')
    })
  })

  it('refuses to start without a Redis', async () => {
    const starting = runLlmWorker({}, leave.signal, () => {})
    await expect(starting).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: 'REDIS_URL: required by a worker',
    })
  })

  async function startWorker(script: ChatScript | null, env: NodeJS.ProcessEnv = {}): Promise<string> {
    if (script !== null) server.use(script)
    const providers = JSON.stringify([{ name: 'first', baseURL: server.url, apiKey: 'sk-test', model: 'small' }])
    const ready = Promise.withResolvers<string>()
    running = runLlmWorker(
      {
        REDIS_URL: redisServer.url,
        VOICEBOX_LOG_LEVEL: 'silent',
        ...(script === null ? {} : { VOICEBOX_LLM_PROVIDERS: providers }),
        ...env,
      },
      leave.signal,
      ({ summary }) => ready.resolve(summary),
    )
    return await Promise.race([ready.promise, running.then(() => 'left')])
  }

  function saveWords(id: ItemId, role: 'user' | 'assistant', text: string): Promise<void> {
    return saveEntries(id, { role, text })
  }

  function saveEntries(id: ItemId, ...context: ContextItem[]): Promise<void> {
    return saveItems(redis, { tenantId: 'tenant', sessionId }, [{ id, item: {}, context }])
  }

  function job(options: Partial<GenerateJob> = {}): GenerateJob {
    return {
      kind: 'generate',
      id: newId('job'),
      sessionId,
      tenantId: 'tenant',
      deadlineMs: 60_000,
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

/** What the results tell, in order; text and arguments that go on are put together. */
function joined(results: readonly WorkerResult[]): string[] {
  const told: string[] = []
  const tell = (label: string, text: string): void => {
    const last = told.at(-1)
    if (last?.startsWith(label) === true) told[told.length - 1] = last + text
    else told.push(label + text)
  }
  for (const result of results) {
    if (result.kind === 'text_generated') tell('text: ', result.text)
    if (result.kind === 'segment_planned') tell(`segment ${result.segment}: `, result.text)
    if (result.kind === 'call_started') tell(`call ${result.call}: `, result.name)
    if (result.kind === 'call_arguments') tell(`arguments ${result.call}: `, result.text)
  }
  return told
}

const toolCall = (callId: string): ContextItem => ({ role: 'tool_call', callId, name: 'get_weather', arguments: '{}' })
const toolResult = (callId: string): ContextItem => ({ role: 'tool_result', callId, output: 'rain' })
const calledAs = (id: string) => ({ id, type: 'function', function: { name: 'get_weather', arguments: '{}' } })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
