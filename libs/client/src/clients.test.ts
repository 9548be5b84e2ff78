import { OpenAIRealtimeWebSocket as AgentsTransport, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime'
import OpenAI from 'openai'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { resumable } from './resumable.ts'
import type { ResumableWebSocket } from './resumable-web-socket.ts'
import { type FakeGateways, startFakeGateways } from './testing/fake-gateways.ts'
import { withResumableWebSocket } from './with-resumable-web-socket.ts'

const until = { timeout: 20_000, interval: 5 }

async function start(count = 1): Promise<FakeGateways> {
  const gateways = await startFakeGateways(count)
  onTestFinished(() => gateways.close())
  return gateways
}

describe('The socket of Node itself', () => {
  it('can be closed before it is open', async () => {
    const gateways = await start(2)
    const socket = resumable((url) => new globalThis.WebSocket(url), { url: gateways.urls })
    const told: string[] = []
    for (const type of ['open', 'error', 'close']) socket.addEventListener(type, () => told.push(type))
    socket.close(1000)
    await expect.poll(() => told.at(-1), until).toBe('close')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told).toEqual(['close'])
    expect(gateways.asked.filter(({ gateway }) => gateway === 1)).toEqual([])
  })
})

describe('A lost connection is not noticed by', () => {
  it('the socket of Node itself, as browsers have it', async () => {
    const gateways = await start()
    const socket = resumable((url) => new globalThis.WebSocket(url, ['realtime', 'openai-insecure-api-key.sk-1']), {
      url: `${gateways.urls[0] ?? ''}?model=m`,
    })
    const messages: string[] = []
    const told: string[] = []
    socket.onmessage = ({ data }) => messages.push(String(data))
    for (const type of ['open', 'error', 'close', 'resumed']) socket.addEventListener(type, () => told.push(type))
    await expect.poll(() => messages.length, until).toBe(1)
    expect(socket.protocol).toBe('realtime')
    gateways.receptions.push('unavailable')
    gateways.session.socket?.terminate()
    await expect.poll(() => told, until).toEqual(['open', 'resumed'])
    gateways.session.emit()
    await expect.poll(() => messages, until).toEqual(gateways.session.sent)
    socket.close(1000)
    await expect.poll(() => told, until).toEqual(['open', 'resumed', 'close'])
  })

  it('the official client, which takes the socket of the environment', async () => {
    const gateways = await start(2)
    const urls = gateways.urls.map((url) => `${url}?model=gpt-realtime`)
    const before = globalThis.WebSocket
    const openai = new OpenAI({ apiKey: 'sk-1', baseURL: 'https://gateway/v1' })
    const asked: unknown[] = []
    const realtime = withResumableWebSocket(
      (url, protocols) => new WebSocket(url, protocols),
      {
        addressesOf(url) {
          asked.push(url)
          return urls
        },
      },
      () => new OpenAIRealtimeWebSocket({ model: 'gpt-realtime' }, openai),
    )
    expect(globalThis.WebSocket).toBe(before)
    expect(asked).toEqual(['wss://gateway/v1/realtime?model=gpt-realtime'])
    const events: unknown[] = []
    const errors: unknown[] = []
    realtime.on('event', (event) => events.push(event))
    realtime.on('error', (error) => errors.push(error))
    await expect.poll(() => events.length, until).toBe(1)
    const socket = realtime.socket as unknown as ResumableWebSocket
    socket.addEventListener('resuming', () => realtime.send({ type: 'response.create' }))
    gateways.session.socket?.terminate()
    await expect.poll(() => gateways.asked.length, until).toBe(2)
    gateways.session.emit({ type: 'response.created' })
    await expect.poll(() => events.length, until).toBe(2)
    await expect.poll(() => (gateways.session.take(), gateways.session.takenEvents.length), until).toBe(1)
    realtime.close()
    await expect.poll(() => realtime.socket.readyState, until).toBe(3)
    expect(errors).toEqual([])
  })

  it('the agents SDK, which takes a socket of ours', async () => {
    const gateways = await start()
    const transport = new AgentsTransport({
      url: `${gateways.urls[0] ?? ''}?model=gpt-realtime`,
      createWebSocket: async ({ url, apiKey }) =>
        resumable((address) => new WebSocket(address, { headers: { Authorization: `Bearer ${apiKey}` } }), {
          url,
        }) as never,
    })
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Assistant' }), { transport })
    const changes: string[] = []
    const events: { type: string }[] = []
    transport.on('connection_change', (status) => changes.push(status))
    transport.on('*', (event) => events.push(event))
    await session.connect({ apiKey: 'sk-1' })
    const { session: served } = gateways
    await expect.poll(() => (served.take(), served.takenEvents.length), until).toBe(2)
    served.socket?.terminate()
    await expect.poll(() => gateways.asked.length, until).toBe(2)
    session.sendMessage('Still there?')
    await expect.poll(() => (served.take(), served.takenEvents.join()), until).toContain('Still there?')
    served.emit({ type: 'input_audio_buffer.cleared' })
    await expect.poll(() => events.map(({ type }) => type), until).toContain('input_audio_buffer.cleared')
    expect(changes).toEqual(['connecting', 'connected'])
    expect(events.filter(({ type }) => type === 'session.created').length).toBe(1)
    const ended = new Promise((resolve) => served.socket?.on('close', resolve))
    session.close()
    expect(await ended).toBe(1005)
    expect(changes).toEqual(['connecting', 'connected', 'disconnected'])
  })
})
