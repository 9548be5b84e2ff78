import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { answerOf } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

/** The stub speaks a character in 60 ms. */
const sentence = 'This is a sentence of some fifty characters, no more. '
const seconds = (samples: Int16Array): number => samples.length / 24_000

let stack: Stack

beforeAll(async () => {
  stack = await startStack({
    env: {
      VOICEBOX_WORKER_CONCURRENCY: '2',
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([
        {
          type: 'scripted',
          rules: [{ when: 'long', reply: sentence.repeat(30) }],
          otherwise: sentence.repeat(200),
          tokensPerSecond: 100_000,
        },
      ]),
    },
  })
})
afterAll(() => stack.close())

async function ask(client: Client, text: string): Promise<void> {
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  })
  client.send({ type: 'response.create' })
  await client.next('response.created')
}

async function slowReaders(): Promise<number> {
  const text = await (await fetch(stack.ws().replace('ws:', 'http:').replace('/v1/realtime', '/metrics'))).text()
  return Number(/^voicebox_slow_readers (\d+)$/m.exec(text)?.[1])
}

describe('A client that reads too slowly', () => {
  it('is waited for, and gets all of it in the end; others notice nothing', async () => {
    const [slow, quick] = [await connect(stack.ws()), await connect(stack.ws())]
    await ask(slow, 'a long one')
    slow.socket.pause()
    await ask(quick, 'a long one')
    await quick.next('response.done')
    await vi.waitFor(async () => expect(await slowReaders()).toBe(1), { timeout: 15_000 })
    slow.socket.resume()
    const { response } = await slow.next('response.done')
    expect(response.status).toBe('completed')
    expect(answerOf(slow)).toEqual(answerOf(quick))
    await vi.waitFor(async () => expect(await slowReaders()).toBe(0), { timeout: 15_000 })
    await Promise.all([slow.close(), quick.close()])
  })

  it('is told that its answer is incomplete when more was made than is kept for it, and goes on', async () => {
    const slow = await connect(stack.ws(), { waitMs: 60_000 })
    await ask(slow, 'endless')
    slow.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    slow.socket.resume()
    const { response } = await slow.next('response.done')
    expect(response).toMatchObject({ status: 'incomplete', status_details: { type: 'incomplete' } })
    expect(slow.of('error')).toMatchObject([{ error: { type: 'server_error', code: 'results_lost' } }])
    expect(seconds(answerOf(slow))).toBeGreaterThan(10)
    await ask(slow, 'a long one')
    expect((await slow.next('response.done')).response.status).toBe('completed')
    await slow.close()
  }, 90_000)
})
