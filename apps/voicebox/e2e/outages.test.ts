import { startRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { answerOf } from './support/speech.ts'
import { type Kind, type Stack, startStack } from './support/stack.ts'

const reply = 'This is one sentence that is spoken.'
const patient = { timeout: 30_000, interval: 50 }

let stack: Stack

beforeAll(async () => {
  stack = await startStack({
    redis: () => startRedis({ persistent: true }),
    env: {
      VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', ttsRealtimeFactor: 0.2 }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 50, reply }]),
    },
  })
})
afterAll(() => stack.close())

const http = (path: string): Promise<Response> =>
  fetch(stack.ws().replace('ws:', 'http:').replace('/v1/realtime', path))

async function ask(client: Client): Promise<void> {
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What time is it?' }] },
  })
  client.send({ type: 'response.create' })
  await client.next('response.created')
}

async function answer(client: Client): Promise<Awaited<ReturnType<typeof client.next<'response.done'>>>['response']> {
  await ask(client)
  return (await client.next('response.done')).response
}

const codes = (client: Client): string[] => client.of('error').map(({ error }) => error.code)

async function kill(kind: Kind): Promise<void> {
  for (const member of stack.of(kind)) {
    stack.members.splice(stack.members.indexOf(member), 1)
    member.process.kill('SIGKILL')
  }
  await vi.waitFor(async () => expect(await degraded()).not.toEqual([]), patient)
}

async function back(kind: Kind): Promise<void> {
  await stack.start(kind)
  await vi.waitFor(async () => expect(await degraded()).toEqual([]), patient)
}

async function degraded(): Promise<string[]> {
  return ((await (await http('/readyz')).json()) as { degraded: string[] }).degraded
}

async function metric(name: string): Promise<string | undefined> {
  const text = await (await http('/metrics')).text()
  return text.split('\n').find((line) => line.startsWith(name))
}

describe('While Redis is away', () => {
  it('sessions are held and told so once, nobody is let in, and all goes on when it is back', async () => {
    const client = await connect(stack.ws())
    expect((await answer(client)).status).toBe('completed')
    await stack.redis.stop()
    await client.next('error', ({ error }) => error.code === 'service_unavailable')
    expect((await http('/readyz')).status).toBe(503)
    expect(await metric('voicebox_redis_available')).toBe('voicebox_redis_available 0')
    await expect(connect(stack.ws())).rejects.toThrow('503')
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } })
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(client.of('session.updated')).toEqual([]) // nothing is acknowledged that could be lost
    await stack.redis.start()
    await client.next('session.updated')
    expect((await answer(client)).status).toBe('completed')
    expect(codes(client)).toEqual(['service_unavailable'])
    await vi.waitFor(async () => expect((await http('/readyz')).status).toBe(200), patient)
    await client.close()
  })

  it('an answer stands still in its midst, and is whole in the end', async () => {
    const client = await connect(stack.ws())
    const whole = await connect(stack.ws())
    expect((await answer(whole)).status).toBe('completed')
    await ask(client)
    await client.next('response.output_audio_transcript.delta')
    await stack.redis.restart()
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: reply }] }] })
    expect(answerOf(client)).toEqual(answerOf(whole))
    await Promise.all([client.close(), whole.close()])
  })
})

describe('Without a worker of a kind', () => {
  it('answers go on as text when nobody speaks them, which is told once, and are spoken again later', async () => {
    const client = await connect(stack.ws())
    await kill('tts')
    for (const _ of [1, 2]) {
      const { status, output } = await answer(client)
      expect({ status, output }).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: reply }] }] })
    }
    expect(codes(client)).toEqual(['speech_unavailable'])
    expect(client.of('response.output_audio.delta')).toEqual([])
    expect(await metric('voicebox_service_available{service="speech"}')).toMatch(/ 0$/)
    await back('tts')
    expect((await answer(client)).status).toBe('completed')
    expect(client.of('response.output_audio.delta')).not.toEqual([])
    await client.close()
  })

  it('an apology is spoken when nobody answers, and answers come again later', async () => {
    const client = await connect(stack.ws())
    await kill('llm')
    const { status, status_details, output } = await answer(client)
    expect(status).toBe('failed')
    expect(status_details).toMatchObject({ type: 'failed' })
    expect(output).toMatchObject([{ content: [{ transcript: expect.stringMatching(/^Sorry/) as string }] }])
    expect(answerOf(client).length).toBeGreaterThan(24_000)
    await back('llm')
    expect((await answer(client)).status).toBe('completed')
    await client.close()
  })
})
