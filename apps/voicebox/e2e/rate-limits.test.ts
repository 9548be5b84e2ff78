import type { ServerEventOf } from '@voicebox/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { redisCli } from './support/redis-cli.ts'
import { type Stack, startStack } from './support/stack.ts'

type Done = ServerEventOf<'response.done'>

describe('The limits of a tenant', () => {
  let stack: Stack | undefined
  afterEach(() => stack?.close())

  async function start(limits: object, { gateways = 1, tokensPerSecond = 10_000 } = {}): Promise<void> {
    stack = await startStack({
      count: { gateway: gateways },
      env: {
        VOICEBOX_RATE_LIMITS: JSON.stringify(limits),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond, reply: 'word '.repeat(500) }]),
      },
    })
  }
  async function greeted(gateway = 0): Promise<Client> {
    const client = await connect(stack?.ws(gateway) ?? '')
    await client.next('session.created')
    return client
  }
  async function respond(client: Client): Promise<Done> {
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
    return client.next('response.done')
  }
  async function remaining(client: Client): Promise<Record<string, number>> {
    const { rate_limits } = await client.next('rate_limits.updated')
    return Object.fromEntries(rate_limits.map((limit) => [limit.name, limit.remaining]))
  }

  it('are told with every response: one request less, and its tokens once they are known, whatever the gateway', async () => {
    await start({ requestsPerMinute: 10, tokensPerMinute: 50_000, windowMs: 3_600_000 }, { gateways: 2 })
    const clients = [await greeted(0), await greeted(1)]
    let tokens = 50_000
    for (const [index, client] of [...clients, ...clients].entries()) {
      const done = await respond(client)
      const reserved = await remaining(client)
      const settled = await remaining(client)
      expect([reserved.requests, settled.requests]).toEqual([9 - index, 9 - index])
      expect(reserved.tokens).toBeLessThan(tokens)
      tokens -= done.response.usage?.total_tokens ?? 0
      expect(settled.tokens).toBe(tokens)
    }
    expect(tokens).toBeLessThan(50_000)
    const told = clients[0]?.events
      .map(({ type }) => type)
      .filter((type) => /^response\.(created|done)|limits/.test(type))
    const once = ['response.created', 'rate_limits.updated', 'response.done', 'rate_limits.updated']
    expect(told).toEqual([...once, ...once])
    await Promise.all(clients.map((client) => client.close()))
  })

  it('give back the tokens of a response that was cancelled before anything of it was generated', async () => {
    await start({ requestsPerMinute: 10, tokensPerMinute: 50_000, windowMs: 3_600_000 })
    const client = await greeted()
    stack?.of('llm')[0]?.process.kill('SIGSTOP')
    client.send({ type: 'response.create' })
    expect((await remaining(client)).tokens).toBeLessThan(50_000)
    client.send({ type: 'response.cancel' })
    expect(await remaining(client)).toEqual({ requests: 9, tokens: 50_000 })
    await client.close()
  })

  it('count what was generated for a client that hung up', async () => {
    await start({ requestsPerMinute: 10, tokensPerMinute: 50_000, windowMs: 3_600_000 }, { tokensPerSecond: 100 })
    const client = await greeted()
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
    const reserved = 50_000 - ((await remaining(client)).tokens ?? 0)
    let characters = 0
    for (let heard = 0; heard < 20; heard++)
      characters += (await client.next('response.output_text.delta')).delta.length
    await client.close()
    const script = "return tostring((select(4, struct.unpack('dddd', redis.call('HGET', KEYS[1], 'state')))))"
    const sum = async (): Promise<number> =>
      Number(await redisCli(stack?.redisUrl ?? '', 'EVAL', script, '1', 'limits:{default}:responses'))
    await vi.waitFor(async () => expect(await sum()).toBeGreaterThanOrEqual(reserved + characters / 4), 10_000)
  })

  it('fail a response that passes them, say when to try again, and hold nobody up after that', async () => {
    await start({ requestsPerMinute: 1, tokensPerMinute: null, windowMs: 1_500 })
    const client = await greeted()
    let done = await respond(client)
    for (let more = 0; more < 20 && done.response.status === 'completed'; more++) done = await respond(client)
    const error = done.response.status_details?.type === 'failed' ? done.response.status_details.error : undefined
    expect(error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' })
    expect(done.response).toMatchObject({ status: 'failed', output: [], usage: { total_tokens: 0 } })
    const [, seconds] = /Please try again in ([\d.]+)s\.$/.exec(error?.message ?? '') ?? []
    expect(client.of('rate_limits.updated').at(-1)?.rate_limits).toEqual([
      { name: 'requests', limit: 1, remaining: 0, reset_seconds: expect.any(Number) as number },
    ])

    await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000))
    expect((await respond(client)).response.status).toBe('completed')
    await client.close()
  })
})
