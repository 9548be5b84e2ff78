import type { ContextItem, GenerationRequest, LanguageEvent } from '@voicebox/engines'
import { makeManualClock } from '@voicebox/kernel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ChatScript, type ChatServer, callTools, reply, startChatServer } from '../../testing/index.ts'
import { makeOpenAICompatible } from './model.ts'

describe('an OpenAI-compatible provider', () => {
  let server: ChatServer
  afterEach(() => server.close())

  async function open(script: ChatScript, clock = makeManualClock()) {
    server = await startChatServer(script)
    return makeOpenAICompatible(
      {
        type: 'openai-compatible',
        name: 'groq',
        baseURL: server.url,
        apiKey: 'sk-secret',
        model: 'small',
        vision: true,
        firstTokenTimeoutMs: 10_000,
        idleTimeoutMs: 5_000,
      },
      clock,
    )
  }

  it('is sent the instructions, the conversation, the limits and the key', async () => {
    const model = await open(reply('Hello.'))
    await collect(model.generate({ ...question(), maxOutputTokens: 50, temperature: 0.7 }))
    expect(server.requests[0]).toMatchObject({
      authorization: 'Bearer sk-secret',
      model: 'small',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: 'What time is it?' },
      ],
      body: { stream: true, stream_options: { include_usage: true }, max_tokens: 50, temperature: 0.7 },
    })
  })

  it('is sent the tools and how they may be used', async () => {
    const model = await open(reply('Hello.'))
    const parameters = { type: 'object', properties: { word: { type: 'string' } } }
    const tools = [{ name: 'look_up', description: 'Looks a word up.', parameters }, { name: 'note' }]
    await collect(model.generate({ ...question(), tools, toolChoice: { name: 'note' }, parallelToolCalls: false }))
    expect(server.requests[0]?.body).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'look_up', description: 'Looks a word up.', parameters } },
        { type: 'function', function: { name: 'note', parameters: { type: 'object', properties: {} } } },
      ],
      tool_choice: { type: 'function', function: { name: 'note' } },
      parallel_tool_calls: false,
    })
    await collect(model.generate({ ...question(), tools, toolChoice: 'required', reasoningEffort: 'minimal' }))
    expect(server.requests[1]?.body).toMatchObject({ tool_choice: 'required', reasoning_effort: 'minimal' })
  })

  it('is told of no tools where there are none', async () => {
    const model = await open(reply('Hello.'))
    await collect(model.generate({ ...question(), tools: [], toolChoice: 'required', parallelToolCalls: true }))
    const body = server.requests[0]?.body ?? {}
    expect(Object.keys(body).sort()).toEqual(['messages', 'model', 'stream', 'stream_options'])
  })

  it.each(['pieces', 'whole', 'bare'] as const)('gives the calls that come %s, after the text', async (manner) => {
    const calls = [
      { name: 'look_up', arguments: '{"word": "rain"}' },
      { name: 'look_up', arguments: '{"word": "snow"}' },
    ]
    const model = await open(callTools(calls, { text: ['Let me ', 'see.'], manner }))
    const events = await collect(model.generate({ ...question(), tools: [{ name: 'look_up' }] }))
    expect(events.slice(0, 3)).toEqual([
      { kind: 'text', text: 'Let me ' },
      { kind: 'text', text: 'see.' },
      { kind: 'call_started', call: 0, name: 'look_up' },
    ])
    const given = [0, 1].map((call) =>
      events.map((event) => (event.kind === 'call_arguments' && event.call === call ? event.text : '')).join(''),
    )
    expect(given).toEqual(calls.map((call) => call.arguments))
    expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'stop' })
  })

  it.each([
    ['tool_calls', 'stop'],
    ['function_call', 'stop'],
    ['stop', 'stop'],
    ['length', 'max_output_tokens'],
  ])('takes the finish reason %s after a call as %s', async (finishReason, reason) => {
    const model = await open(callTools([{ name: 'look_up', arguments: '{}' }], { finishReason }))
    expect((await collect(model.generate(question()))).at(-1)).toMatchObject({ kind: 'finish', reason })
  })

  it('counts calls, results, tools and pictures where the provider counts nothing', async () => {
    const model = await open(callTools([{ name: 'look_up', arguments: '{"w":1}' }], { usage: 'none' }))
    const tools = [{ name: 'look_up' }]
    const image = { url: 'data:image/png;base64,AA==', detail: 'low' as const }
    const context: ContextItem[] = [
      { role: 'user', text: 'Look', images: [image] },
      { role: 'tool_call', callId: 'a', name: 'look_up', arguments: '{}' },
      { role: 'tool_result', callId: 'a', output: 'rain' },
    ]
    const events = await collect(model.generate({ instructions: '', context, tools, signal: question().signal }))
    // 4 + 10 + 4 bytes in three entries, 18 of a tool, a picture; 14 bytes of answer
    const usage = { inputTokens: 1 + 3 + 1 + 5 + 16 + 85, outputTokens: 4, cachedTokens: 0 }
    expect(events.at(-1)).toEqual({ kind: 'finish', reason: 'stop', usage })
  })

  it('fails where the arguments of a call are without end', async () => {
    const given = JSON.stringify({ word: 'x'.repeat(1 << 20) })
    const model = await open(callTools([{ name: 'look_up', arguments: given }], { manner: 'whole' }))
    await expect(collect(model.generate(question()))).rejects.toMatchObject({ code: 'answer_too_large' })
  })

  it('fails on a call that was never named, unless the limit of tokens cut it off', async () => {
    const data = (finish: string) =>
      `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":"${finish}"}]}`
    const model = await open([
      { kind: 'garbage', data: data('tool_calls') },
      { kind: 'garbage', data: data('length') },
    ])
    await expect(collect(model.generate(question()))).rejects.toMatchObject({ code: 'bad_stream' })
    expect(await collect(model.generate(question()))).toMatchObject([{ kind: 'finish', reason: 'max_output_tokens' }])
  })

  it('gives up a provider that falls silent in the middle of a call', async () => {
    const clock = makeManualClock()
    const calls = [{ name: 'look_up', arguments: '{"word": "rain"}' }]
    const model = await open(callTools(calls, { then: 'hang' }), clock)
    const events: LanguageEvent[] = []
    const answer = (async () => {
      for await (const event of model.generate(question())) events.push(event)
    })()
    await vi.waitFor(() => expect(events).toHaveLength(2))
    clock.advance(5_000)
    await expect(answer).rejects.toMatchObject({ message: 'groq took too long to give the next token' })
  })

  it('reports the usage that the provider counts', async () => {
    const usage = { prompt_tokens: 30, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 20 } }
    const model = await open(reply('Half past ten.', { usage }))
    expect((await collect(model.generate(question()))).at(-1)).toEqual({
      kind: 'finish',
      reason: 'stop',
      usage: { inputTokens: 30, outputTokens: 4, cachedTokens: 20 },
    })
  })

  it('estimates the usage where the provider counts none', async () => {
    const model = await open(reply('Half past ten.', { usage: 'none' }))
    // 9 + 2 + 4 + 16 bytes in four messages; 14 bytes of answer
    const usage = { inputTokens: 3 + 1 + 1 + 4 + 16, outputTokens: 4, cachedTokens: 0 }
    expect((await collect(model.generate(question()))).at(-1)).toEqual({ kind: 'finish', reason: 'stop', usage })
  })

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
    ['stop', 'stop'],
    ['eos', 'stop'],
  ])('takes the finish reason %s as %s', async (finishReason, reason) => {
    const model = await open(reply('Half past ten.', { finishReason }))
    expect((await collect(model.generate(question()))).at(-1)).toMatchObject({ kind: 'finish', reason })
  })

  it('takes a prompt that is refused by a content filter as an answer that is filtered', async () => {
    const model = await open({ kind: 'status', status: 400, code: 'content_filter' })
    expect(await collect(model.generate(question()))).toMatchObject([{ kind: 'finish', reason: 'content_filter' }])
  })

  it.each([
    [400, 'engine', 'request_rejected'],
    [401, 'engine', 'provider_misconfigured'],
    [404, 'engine', 'provider_misconfigured'],
    [408, 'engine', 'provider_failed'],
    [429, 'capacity', 'provider_overloaded'],
    [500, 'engine', 'provider_failed'],
    [503, 'capacity', 'provider_overloaded'],
  ])('takes HTTP %i as %s failure %s, for which another provider may be asked', async (status, kind, code) => {
    const model = await open({ kind: 'status', status, code: 'some_code', message: 'Incorrect key sk-secret' })
    const message = `groq answered HTTP ${status} (some_code)`
    await expect(collect(model.generate(question()))).rejects.toMatchObject({ kind, code, message, retryable: true })
    expect(server.requests).toHaveLength(1)
  })

  it('fails where nothing listens', async () => {
    const model = await open(reply('Hello.'))
    await server.close()
    await expect(collect(model.generate(question()))).rejects.toMatchObject({
      code: 'provider_unreachable',
      message: 'groq cannot be reached (ECONNREFUSED)',
    })
  })

  it.each([
    ['text that is no JSON', { kind: 'garbage', data: '<html>' }, 'bad_stream'],
    ['an error inside the stream', { kind: 'garbage', data: '{"error":{"code":"boom"}}' }, 'provider_failed'],
    ['JSON of another kind', { kind: 'garbage', data: '[null, 7]' }, 'empty_stream'],
    ['nothing', { kind: 'empty' }, 'empty_stream'],
    ['a connection that breaks at once', { kind: 'cut' }, 'bad_stream'],
    ['a connection that breaks later', { kind: 'cut', after: ['Half '] }, 'bad_stream'],
    ['a stream that ends without a finish', { kind: 'garbage', data: '{}', after: ['Half '] }, 'stream_cut'],
  ] as const)('fails on %s', async (_, turn, code) => {
    const model = await open(turn)
    await expect(collect(model.generate(question()))).rejects.toMatchObject({ kind: 'engine', code, retryable: true })
  })

  it('gives up a provider that does not begin in time, and closes the connection', async () => {
    const clock = makeManualClock()
    const model = await open({ kind: 'hang' }, clock)
    const answer = expect(collect(model.generate(question()))).rejects.toMatchObject({
      code: 'provider_timeout',
      message: 'groq took too long to give the first token',
    })
    await vi.waitFor(() => expect(server.openTurns()).toBe(1))
    clock.advance(9_999)
    expect(server.openTurns()).toBe(1)
    clock.advance(1)
    await answer
    expect(await server.requests[0]?.ended).toBe('client left')
  })

  it('gives up a provider that falls silent in the middle', async () => {
    const clock = makeManualClock()
    const model = await open({ kind: 'hang', after: ['Half ', 'past '] }, clock)
    const events: LanguageEvent[] = []
    const answer = (async () => {
      for await (const event of model.generate(question())) events.push(event)
    })()
    await vi.waitFor(() => expect(events).toHaveLength(2))
    clock.advance(5_000)
    await expect(answer).rejects.toMatchObject({ message: 'groq took too long to give the next token' })
  })

  it('closes the connection when the request is aborted before the first token', async () => {
    const model = await open({ kind: 'hang' })
    const abort = new AbortController()
    const answer = collect(model.generate({ ...question(), signal: abort.signal }))
    await vi.waitFor(() => expect(server.openTurns()).toBe(1))
    abort.abort()
    expect(await answer).toEqual([])
    expect(await server.requests[0]?.ended).toBe('client left')
  })

  it('fails what is in flight when it is closed', async () => {
    const model = await open({ kind: 'hang' })
    const answer = expect(collect(model.generate(question()))).rejects.toMatchObject({ code: 'provider_closed' })
    await vi.waitFor(() => expect(server.openTurns()).toBe(1))
    await model.close()
    await answer
  })
})

function question(): GenerationRequest {
  return {
    instructions: 'Be brief.',
    context: [
      { role: 'user', text: 'Hi' },
      { role: 'assistant', text: 'Yes?' },
      { role: 'user', text: 'What time is it?' },
    ],
    signal: new AbortController().signal,
  }
}

async function collect(events: AsyncIterable<LanguageEvent>): Promise<LanguageEvent[]> {
  return await Array.fromAsync(events)
}
