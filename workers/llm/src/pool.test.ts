import type { GenerationRequest } from '@voicebox/engines'
import { type FakeAnswer, makeFakeLanguageModel } from '@voicebox/engines/testing'
import { Failure, silentLog } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LanguagePool, makePool } from './pool.ts'
import { makeOpenAICompatible } from './providers/openai-compatible/model.ts'
import { type ChatServer, type ChatTurn, callTools, reply, startChatServer } from './testing/index.ts'

const overHttp: readonly (readonly [string, ChatTurn])[] = [
  ['answers 500', { kind: 'status', status: 500 }],
  ['answers 401', { kind: 'status', status: 401 }],
  ['refuses the request', { kind: 'status', status: 400 }],
  ['hangs', { kind: 'hang' }],
  ['cuts the stream before the first token', { kind: 'cut' }],
  ['sends garbage', { kind: 'garbage', data: '<html>' }],
]

describe('a pool of providers over HTTP', () => {
  const servers: ChatServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  it.each(overHttp)('answers by the second provider when the first one %s', async (_, turn) => {
    const pool = makePool([await provider('first', turn), await provider('second', reply('Here I am.'))], silentLog)
    expect(await answer(pool)).toEqual({ text: 'Here I am.', providers: ['second'], reason: 'stop' })
    expect(servers.map((server) => server.requests.length)).toEqual([1, 1])
    await pool.close()
  })

  it('does not fail over once the first provider has begun to answer', async () => {
    const cut: ChatTurn = { kind: 'cut', after: ['Here '] }
    const pool = makePool([await provider('first', cut), await provider('second', reply('Here I am.'))], silentLog)
    const heard: string[] = []
    const reading = (async () => {
      for await (const event of pool.generate(question())) if (event.kind === 'text') heard.push(event.text)
    })()
    await expect(reading).rejects.toMatchObject({ kind: 'engine', code: 'bad_stream' })
    expect(heard).toEqual(['Here '])
    expect(servers[1]?.requests).toHaveLength(0)
    await pool.close()
  })

  it('does not fail over once the first provider has begun a call', async () => {
    const cut = callTools([{ name: 'look_up', arguments: '{"word": "rain"}' }], { then: 'cut' })
    const pool = makePool([await provider('first', cut), await provider('second', reply('Here I am.'))], silentLog)
    const heard: string[] = []
    const reading = (async () => {
      for await (const event of pool.generate({ ...question(), tools: [{ name: 'look_up' }] })) heard.push(event.kind)
    })()
    await expect(reading).rejects.toMatchObject({ kind: 'engine', code: 'bad_stream' })
    expect(heard).toContain('call_started')
    expect(servers[1]?.requests).toHaveLength(0)
    await pool.close()
  })

  it('asks the second provider for the same tools when the first one fails', async () => {
    const called = callTools([{ name: 'look_up', arguments: '{}' }])
    const pool = makePool(
      [await provider('first', { kind: 'status', status: 500 }), await provider('second', called)],
      silentLog,
    )
    const tools = [{ name: 'look_up', description: 'Looks a word up.' }]
    const events = await Array.fromAsync(pool.generate({ ...question(), tools }))
    expect(events[0]).toEqual({ kind: 'call_started', call: 0, name: 'look_up', provider: 'second' })
    expect(servers[1]?.requests[0]?.body['tools']).toEqual(servers[0]?.requests[0]?.body['tools'])
    await pool.close()
  })

  async function provider(name: string, turn: ChatTurn) {
    const server = await startChatServer(turn)
    servers.push(server)
    const limits = { firstTokenTimeoutMs: 200, idleTimeoutMs: 200 }
    return makeOpenAICompatible({
      type: 'openai-compatible',
      name,
      baseURL: server.url,
      apiKey: 'k',
      model: 'm',
      vision: true,
      ...limits,
    })
  }
})

describe('the circuit of a provider in a pool', () => {
  let answers: FakeAnswer
  const first = () => makeFakeLanguageModel(() => answers, 'first')
  const second = () => makeFakeLanguageModel(() => ({ text: ['fine'] }), 'second')
  // opossum tells the time by the global timer alone
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('opens after five failures in a row, and lets one request try 30 s later', async () => {
    answers = broken()
    const model = first()
    const pool = makePool([model, second()], silentLog)
    for (let turn = 0; turn < 8; turn++) expect(await answer(pool)).toMatchObject({ providers: ['second'] })
    expect(model.requests).toHaveLength(5)

    vi.advanceTimersByTime(29_999)
    await answer(pool)
    expect(model.requests).toHaveLength(5)

    vi.advanceTimersByTime(1)
    await answer(pool)
    await answer(pool)
    expect(model.requests, 'one trial, which has failed').toHaveLength(6)

    vi.advanceTimersByTime(30_000)
    answers = { text: ['back'] }
    expect(await answer(pool)).toMatchObject({ text: 'back', providers: ['first'] })
    expect(await answer(pool)).toMatchObject({ text: 'back', providers: ['first'] })
    await pool.close()
  })

  it('is another for each key that it is asked with, so that a bad one keeps nobody else from it', async () => {
    const model = makeFakeLanguageModel(({ apiKey }) => (apiKey === 'bad' ? broken() : { text: ['fine'] }), 'first')
    const pool = makePool([model, second()], silentLog)
    const ask = async (key?: string): Promise<string | undefined> => {
      const ownKeys = new Map(key === undefined ? [] : [['first', key]])
      const events = await Array.fromAsync(pool.generate({ ...question(), ownKeys }))
      return events[0]?.provider
    }
    for (let turn = 0; turn < 8; turn++) expect(await ask('bad')).toBe('second')
    expect(model.requests).toHaveLength(5)
    expect([await ask(), await ask('good')]).toEqual(['first', 'first'])
    expect(model.requests.map(({ apiKey }) => apiKey).slice(-2)).toEqual([undefined, 'good'])
    await pool.close()
  })

  it('lets no other request through while one tries', async () => {
    answers = broken()
    const model = first()
    const pool = makePool([model, second()], silentLog)
    for (let turn = 0; turn < 5; turn++) await answer(pool)
    vi.advanceTimersByTime(30_000)
    answers = { text: [], then: 'hang' }
    const abort = new AbortController()
    const trial = answer(pool, abort.signal)
    expect(await answer(pool)).toMatchObject({ providers: ['second'] })
    expect(model.requests).toHaveLength(6)

    abort.abort()
    await trial
    expect(await answer(pool), 'a trial that was given up proves nothing').toMatchObject({ providers: ['second'] })
    await pool.close()
  })

  it('starts counting again after an answer', async () => {
    const model = first()
    const pool = makePool([model, second()], silentLog)
    for (let round = 0; round < 3; round++) {
      answers = broken()
      for (let turn = 0; turn < 4; turn++) await answer(pool)
      answers = { text: ['fine'] }
      await answer(pool)
    }
    expect(model.requests).toHaveLength(15)
    await pool.close()
  })

  it('counts answers that are cut short', async () => {
    answers = { text: ['Well'], then: new Failure('engine', 'stream_cut', 'first stopped') }
    const model = first()
    const pool = makePool([model, second()], silentLog)
    for (let turn = 0; turn < 5; turn++) await expect(answer(pool)).rejects.toMatchObject({ code: 'stream_cut' })
    expect(await answer(pool)).toMatchObject({ providers: ['second'] })
    await pool.close()
  })

  it.each([
    ['an aborted request', () => ({ text: [], then: 'hang' as const })],
    [
      'a refused request',
      () => ({ text: [], then: new Failure('engine', 'request_rejected', 'first answered HTTP 400') }),
    ],
  ])('does not hold %s against the provider', async (_, next) => {
    answers = next()
    const model = first()
    const pool = makePool([model, second()], silentLog)
    for (let turn = 0; turn < 9; turn++) {
      const abort = new AbortController()
      const answered = answer(pool, abort.signal)
      await vi.waitFor(() => expect(model.requests).toHaveLength(turn + 1))
      if (model.openAnswers() > 0) abort.abort()
      await answered
    }
    answers = { text: ['fine'] }
    expect(await answer(pool)).toMatchObject({ providers: ['first'] })
    await pool.close()
  })

  it('names every provider and its reason when none can answer', async () => {
    answers = broken()
    const full = () => ({ text: [], then: new Failure('capacity', 'provider_overloaded', 'second answered HTTP 429') })
    const pool = makePool([first(), makeFakeLanguageModel(full, 'second')], silentLog)
    const message = 'No language provider could answer: first answered HTTP 500; second answered HTTP 429'
    await expect(answer(pool)).rejects.toMatchObject({ kind: 'engine', code: 'all_providers_failed', message })
    for (let turn = 0; turn < 4; turn++) await expect(answer(pool)).rejects.toThrow()
    await expect(answer(pool)).rejects.toMatchObject({ kind: 'capacity', code: 'all_providers_failed' })
    await pool.close()
  })

  it('logs that it opens, tries and closes, without what was said', async () => {
    const logged: string[] = []
    const write = (fields: Record<string, unknown>, message: string) =>
      void logged.push(`${String(fields['provider'])}: ${message}`)
    answers = broken()
    const pool = makePool([first(), second()], { debug: write, info: write, warn: write, error: write })
    for (let turn = 0; turn < 5; turn++) await answer(pool)
    vi.advanceTimersByTime(30_000)
    answers = { text: ['fine'] }
    await answer(pool)
    expect(logged.filter((line) => line.includes('circuit'))).toEqual([
      'first: The circuit of a provider has opened.',
      'first: The next request tries a provider whose circuit is open.',
      'first: The circuit of a provider has closed.',
    ])
    await pool.close()
  })
})

function broken(): FakeAnswer {
  return { text: [], then: new Failure('engine', 'provider_failed', 'first answered HTTP 500') }
}

function question(signal = new AbortController().signal): GenerationRequest {
  return { instructions: '', context: [{ role: 'user', text: 'Where are you?' }], signal }
}

async function answer(pool: LanguagePool, signal?: AbortSignal) {
  const events = await Array.fromAsync(pool.generate(question(signal)))
  const last = events.at(-1)
  return {
    text: events.map((event) => (event.kind === 'text' ? event.text : '')).join(''),
    providers: [...new Set(events.map((event) => event.provider))],
    reason: last?.kind === 'finish' ? last.reason : undefined,
  }
}
