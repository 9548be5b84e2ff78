import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { type Collector, openCollector, type SeenSpan } from './support/collector.ts'
import { redisCli } from './support/redis-cli.ts'
import { say, silence, speak } from './support/speech.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

const words = 'what is the colour of the zebra'
const reply = 'Well, this is the marzipan part of it. Here comes the second sentence of it.'
const patient = { timeout: 30_000, interval: 100 }

let collector: Collector
let stack: Stack

beforeAll(async () => {
  collector = await openCollector()
  stack = await startStack({
    count: { stt: 2 },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=voice%20box',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      VOICEBOX_STUB: JSON.stringify({ transcript: words, sttMs: 400, ttsFirstByteMs: 20, ttsRealtimeFactor: 0.2 }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', firstTokenMs: 50, tokensPerSecond: 100, reply }]),
    },
  })
})
afterAll(async () => {
  await stack.close()
  await collector.close()
})

/** Says something to a gateway; the answer is on its way when this returns. */
async function spokenTurn(url = stack.ws()): Promise<{ client: Client; responseId: string }> {
  const client = await connect(url)
  client.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      tracing: { workflow_name: 'zoo', metadata: { 'voicebox.waterfall': true } },
      audio: { input: { transcription: { model: 'whisper-1' } } },
    },
  })
  await speak(client, await say('hello can you help me please'))
  await speak(client, silence(800))
  const { response } = await client.next('response.created')
  return { client, responseId: response.id ?? '' }
}

/** The spans of the turn that has this response, once all of these are there. */
async function traceOf(responseId: string, names: string[]): Promise<SeenSpan[]> {
  return vi.waitFor(() => {
    const root = collector.spans.find(
      ({ name, attributes }) => name === 'turn' && attributes['voicebox.response.id'] === responseId,
    )
    const spans = collector.spans.filter(({ traceId }) => traceId === root?.traceId)
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    return spans
  }, patient)
}

const named = (spans: SeenSpan[], name: string): SeenSpan[] => spans.filter((span) => span.name === name)

function only(spans: SeenSpan[], name: string): SeenSpan {
  const [span, ...others] = named(spans, name)
  return span !== undefined && others.length === 0 ? span : expect.fail(`${others.length + 1} spans '${name}'`)
}

/** A span's name and those above it, and which part of the installation each is of. */
function pathOf(spans: SeenSpan[], span: SeenSpan): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentId)
  const own = `${String(span.resource['voicebox.part'])}: ${span.name}`
  return parent === undefined ? own : `${pathOf(spans, parent)} > ${own}`
}

describe('A spoken turn', () => {
  it('is one trace over all processes, each stage below what waited for it', async () => {
    const { client, responseId } = await spokenTurn()
    const { response } = await client.next('response.done')
    const spans = await traceOf(responseId, ['recognition', 'generation', 'synthesis', 'turn'])
    await vi.waitFor(() => expect(named(spans, 'synthesis').length).toBeGreaterThan(1), patient)
    const llm = 'gateway: turn > gateway: generate > llm: generation'
    expect([...new Set(spans.map((span) => pathOf(spans, span)))].sort()).toEqual(
      [
        'gateway: turn',
        'gateway: turn > gateway: endpointing',
        'gateway: turn > gateway: audio write',
        'gateway: turn > gateway: commit',
        'gateway: turn > gateway: delivery',
        'gateway: turn > gateway: recognize',
        'gateway: turn > gateway: recognize > stt: lane wait',
        'gateway: turn > gateway: recognize > stt: recognition',
        'gateway: turn > gateway: generate',
        'gateway: turn > gateway: generate > llm: lane wait',
        llm,
        `${llm} > llm: first token`,
        `${llm} > llm: first segment`,
        `${llm} > tts: lane wait`,
        `${llm} > tts: synthesis`,
        `${llm} > tts: synthesis > tts: first audio`,
      ].sort(),
    )
    expect(spans.filter(({ parentId }) => parentId === '')).toHaveLength(1)
    expect(only(spans, 'turn').attributes).toMatchObject({
      'voicebox.tenant.id': 'default',
      'voicebox.cause': 'speech',
      'voicebox.outcome': 'completed',
      'voicebox.workflow': 'zoo',
    })
    expect(only(spans, 'turn').resource).toMatchObject({
      'service.name': 'voicebox-gateway',
      'deployment.environment': 'test',
    })
    expect(collector.headers[0]).toMatchObject({ 'x-team': 'voice box' })
    for (const { startMs, endMs } of spans) expect(endMs).toBeGreaterThanOrEqual(startMs)
    expect(response.metadata?.['voicebox.waterfall']).toBeDefined()
    await client.close()
  })

  it('has the same stages as numbers in its response, none of them negative, and its first output after them', async () => {
    const { client } = await spokenTurn()
    const { response } = await client.next('response.done')
    const text = response.metadata?.['voicebox.waterfall'] ?? ''
    expect(text.length).toBeLessThanOrEqual(512)
    const { first, total, stages, by } = JSON.parse(text) as {
      first: number
      total: number
      stages: [name: string, atMs: number, ms: number][]
      by: object
    }
    expect(by).toEqual({ stt: 'stub', llm: 'stub', tts: 'stub' })
    expect(stages.map(([name]) => name)).toEqual(
      expect.arrayContaining(['endpointing', 'stt.wait', 'stt', 'llm.wait', 'llm.first', 'llm', 'tts.0.wait', 'tts.0']),
    )
    for (const [, atMs, ms] of stages) {
      expect(Math.min(atMs, ms)).toBeGreaterThanOrEqual(0)
      expect(atMs + ms).toBeLessThanOrEqual(total)
    }
    const [, sttAt = 0, sttMs = 0] = stages.find(([name]) => name === 'stt') ?? []
    expect(sttMs).toBeGreaterThan(390)
    expect(first).toBeGreaterThan(sttAt + sttMs)
    await client.close()
  })

  it('shows a worker that was killed as a second attempt', async () => {
    const { client, responseId } = await spokenTurn()
    await killRecognizer()
    await client.next('response.done')
    const spans = await traceOf(responseId, ['recognition', 'turn'])
    expect(only(spans, 'recognition').attributes).toMatchObject({ 'voicebox.attempt': 2, 'voicebox.outcome': 'done' })
    expect(only(spans, 'recognize').attributes).toMatchObject({ 'voicebox.attempt': 2 })
    await client.close()
  })

  it('ends all its spans when it is cancelled', async () => {
    const { client, responseId } = await spokenTurn()
    await client.next('response.output_audio.delta')
    client.send({ type: 'response.cancel' })
    expect((await client.next('response.done')).response.status).toBe('cancelled')
    const spans = await traceOf(responseId, ['synthesis', 'turn'])
    expect(only(spans, 'turn').attributes['voicebox.outcome']).toBe('cancelled')
    const outcomes = named(spans, 'synthesis').map(({ attributes }) => attributes['voicebox.outcome'])
    expect(outcomes).toContain('cancelled')
    await client.close()
  })
})

describe('A response that is asked for in text', () => {
  it('is a trace from there on, and has a waterfall where it asks for it itself', async () => {
    const client = await connect(stack.ws())
    const metadata = { topic: 'zoo', 'voicebox.waterfall': 'on' }
    client.send({ type: 'response.create', response: { output_modalities: ['text'], metadata } })
    expect((await client.next('response.created')).response.metadata).toEqual(metadata)
    const { response } = await client.next('response.done')
    expect(response.metadata?.['topic']).toBe('zoo')
    expect(JSON.parse(response.metadata?.['voicebox.waterfall'] ?? '')).toMatchObject({ v: 1, by: { llm: 'stub' } })
    const spans = await traceOf(response.id ?? '', ['generation', 'turn'])
    expect(only(spans, 'turn').attributes['voicebox.cause']).toBe('response')
    expect(named(spans, 'synthesis')).toEqual([])
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
    expect((await client.next('response.done')).response.metadata).toBeNull()
    await client.close()
  })
})

describe('Nothing that is sent to the collector', () => {
  it('has words, audio or a key in it', () => {
    const all = Buffer.concat(collector.bodies).toString('latin1')
    expect(all).toContain('recognition')
    for (const secret of ['zebra', 'marzipan', apiKey]) expect(all).not.toContain(secret)
  })
})

describe('A gateway that traces nothing', () => {
  it('has no request made for its turns, by the workers neither', async () => {
    const { urls } = await stack.start('gateway', { OTEL_SDK_DISABLED: 'true' })
    const before = collector.spans.length
    const { client, responseId } = await spokenTurn(urls[0])
    const { response } = await client.next('response.done')
    expect(response.metadata?.['voicebox.waterfall']).toBeDefined()
    await client.close()
    const traced = await spokenTurn()
    await traced.client.next('response.done')
    const spans = await traceOf(traced.responseId, ['recognition', 'generation', 'synthesis', 'turn'])
    const others = collector.spans.slice(before).filter(({ traceId }) => traceId !== spans[0]?.traceId)
    expect(others).toEqual([])
    expect(collector.spans.some(({ attributes }) => attributes['voicebox.response.id'] === responseId)).toBe(false)
    await traced.client.close()
  })
})

describe('A collector that never answers', () => {
  it('delays no turn', async () => {
    collector.status = null
    const { client } = await spokenTurn()
    expect((await client.next('response.done')).response.status).toBe('completed')
    await client.close()
    collector.status = 200
  })
})

/** Kills, as by kill -9, the worker that recognizes. */
async function killRecognizer(): Promise<void> {
  await vi.waitFor(async () => {
    const pending = await redisCli(stack.redisUrl, 'XPENDING', 'jobs:stt:stub', 'stt-workers', '-', '+', '100')
    const victim = stack.of('stt').find(({ process }) => pending.includes(`:${process.pid}:`))
    expect(victim?.process.kill('SIGKILL')).toBe(true)
  }, patient)
}
