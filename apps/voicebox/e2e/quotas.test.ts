import { sleep } from '@voicebox/kernel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { redisCli } from './support/redis-cli.ts'
import { type Member, type Stack, startStack } from './support/stack.ts'

interface Seat {
  gateway: Member
  client: Client
}

/** So long that a starved machine lets gateways live. */
const ttlMs = 10_000

describe('The quotas of a tenant who is close to them, while gateways are killed', () => {
  let stack: Stack
  /** Two that clients come to, and those that take the places of the dead. */
  let gateways: Member[]
  let spares: Member[]
  afterEach(() => stack.close())

  async function start(limits: object): Promise<void> {
    stack = await startStack({
      count: { gateway: 4, stt: 0, tts: 0 },
      env: {
        VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null, ...limits }),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 100, reply: 'word '.repeat(20) }]),
        VOICEBOX_SESSION_TTL_MS: String(ttlMs),
        VOICEBOX_HEARTBEAT_MS: '500',
      },
    })
    const all = stack.of('gateway')
    gateways = all.slice(0, 2)
    spares = all.slice(2)
  }

  /** Kills the one that has been there longest, and has another in its place at once. */
  function replaceOne(): Member {
    const [victim, spare] = [gateways.shift(), spares.shift()]
    if (victim === undefined || spare === undefined) throw new Error('There is no gateway left')
    victim.process.kill('SIGKILL')
    gateways.push(spare)
    return victim
  }

  const inRedis = (...command: string[]): Promise<string> => redisCli(stack.redisUrl, ...command)

  it('let in as many sessions as there may be and never more, and forget those that died', async () => {
    await start({ sessions: 3 })
    const seats: Seat[] = []

    /** Eight come at once; those who are let in stay. */
    async function come(): Promise<void> {
      const all = Array.from({ length: 8 }, async (_, at) => {
        const gateway = gateways[at % gateways.length] as Member
        const client = await connect(gateway.urls[0] ?? '', { waitMs: 60_000 })
        const isIn = await client.next('session.created').then(
          () => true,
          () => false,
        )
        if (isIn) seats.push({ gateway, client })
        else expect(client.of('error')[0]?.error).toMatchObject({ type: 'rate_limit_error' })
      })
      await Promise.all(all)
    }
    async function fill(): Promise<void> {
      for (await come(); seats.length < 3; await come()) await sleep(1_000)
      expect(seats).toHaveLength(3)
    }

    await fill()
    for (let death = 0; death < 2; death++) {
      const victim = replaceOne()
      const survivors = seats.filter(({ gateway }) => gateway !== victim)
      seats.splice(0, seats.length, ...survivors)
      await fill() // once the dead count no more
    }
    await Promise.all(seats.map(({ client }) => client.close()))
    await vi.waitFor(async () => expect(await inRedis('ZCARD', 'limits:{default}:sessions')).toBe('0'), 30_000)
  }, 300_000)

  it('admit as many requests as there may be and never more, whatever died between the count and the answer', async () => {
    const limit = 24
    const deathsAfter = [4, 10]
    await start({ requestsPerMinute: limit, windowMs: 3_600_000 })
    let [completed, interrupted] = [0, 0]

    /** One response after the other, until the limit refuses one. Gateways die while the others ask. */
    async function askOn(at: number): Promise<void> {
      for (;;) {
        try {
          const gateway = gateways[at % gateways.length] as Member
          const client = await connect(gateway.urls[0] ?? '', { waitMs: 60_000 })
          for (;;) {
            client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
            const { response } = await client.next('response.done')
            if (response.status !== 'completed') {
              expect(response.status_details).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
              return await client.close()
            }
            completed += 1
            if (deathsAfter.includes(completed)) replaceOne()
          }
        } catch (error) {
          if (!String(error).match(/Closed with 1006|ECONNREFUSED|ECONNRESET|socket hang up/)) throw error
          interrupted += 1
        }
      }
    }

    await Promise.all([0, 1, 2, 3].map(askOn))
    expect(spares).toHaveLength(0)
    expect(completed).toBeLessThanOrEqual(limit)
    expect(completed).toBeGreaterThanOrEqual(limit - interrupted)
    expect(interrupted).toBeGreaterThan(0)
    const [fields, sums] = [Number(await inRedis('HLEN', 'limits:{default}:responses')), 1]
    expect((fields - sums) / 2).toBe(limit) // an entry, and the name that leads to it
  }, 300_000)
})
