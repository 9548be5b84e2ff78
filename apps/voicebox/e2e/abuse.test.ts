import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { append, silence } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

describe.each(['uws', 'ws'])('A gateway on %s', (transport) => {
  let stack: Stack
  let neighbour: Client

  beforeAll(async () => {
    const stub = JSON.stringify({ transcript: 'hello' })
    const provider = JSON.stringify([{ type: 'stub', tokensPerSecond: 100_000, reply: 'word '.repeat(2_000) }])
    stack = await startStack({
      env: {
        VOICEBOX_TRANSPORT: transport,
        VOICEBOX_STUB: stub,
        VOICEBOX_LLM_PROVIDERS: provider,
        VOICEBOX_MAX_SEND_BUFFER_BYTES: String(2 << 20),
      },
    })
    neighbour = await connect(stack.ws())
    await neighbour.next('session.created')
  })
  afterAll(() => stack.close())

  /** Whether another client is served all the same. */
  async function neighbourIsServed(): Promise<void> {
    neighbour.send({ type: 'session.update', session: { type: 'realtime' } })
    await neighbour.next('session.updated')
    expect(stack.of('gateway')[0]?.process.exitCode).toBeNull()
  }

  it('survives random bytes on its port', async () => {
    const { port } = new URL(stack.ws())
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connectTcp(Number(port), '127.0.0.1')
        socket.on('error', () => {})
        socket.resume()
        socket.write(randomBytes(4_096))
        socket.end()
        await new Promise((resolve) => socket.once('close', resolve))
      }),
    )
    await neighbourIsServed()
  })

  it('survives random text and random JSON, answering each frame', async () => {
    const client = await connect(stack.ws())
    for (let i = 0; i < 200; i += 1) client.sendText(randomBytes(40).toString('latin1'))
    client.send({ type: 'session.update', session: { type: 'realtime' } })
    await client.next('session.updated')
    expect(client.of('error')).toHaveLength(200)
    await client.close()
    await neighbourIsServed()
  })

  it('closes a socket that sends a frame beyond the cap', async () => {
    const client = await connect(stack.ws())
    client.sendText(' '.repeat(22 << 20))
    expect((await client.closed).code).toBeOneOf([1009, 1006])
    await neighbourIsServed()
  })

  it('takes a frame of 15 MiB of audio', async () => {
    const client = await connect(stack.ws())
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } })
    client.send(append(silence(290_000)))
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    expect(client.of('error')).toEqual([])
    await client.close()
  })

  it('serves others while ten thousand tiny frames a second come in', async () => {
    const client = await connect(stack.ws())
    const flood = setInterval(() => {
      for (let i = 0; i < 100; i += 1) client.sendText('{}')
    }, 10)
    const before = await residentBytes(stack)
    for (let i = 0; i < 10; i += 1) {
      await neighbourIsServed()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    clearInterval(flood)
    expect((await residentBytes(stack)) - before).toBeLessThan(100 << 20)
    await client.close()
    await neighbourIsServed()
  })

  it('parts from a client that never reads, with bounded memory', async () => {
    const client = await connect(stack.ws())
    await client.next('session.created')
    client.socket.pause()
    const before = await residentBytes(stack)
    const ask = {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x'.repeat(200_000) }] },
    }
    // It is cut off while it goes on sending: its own writes fail then.
    while (client.socket.readyState === client.socket.OPEN) {
      client.send(ask)
      await neighbourIsServed()
    }
    expect((await residentBytes(stack)) - before).toBeLessThan(200 << 20)
    client.socket.resume()
    await client.closed
    await neighbourIsServed()
  })
})

async function residentBytes(stack: Stack): Promise<number> {
  const pid = stack.of('gateway')[0]?.process.pid
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}
