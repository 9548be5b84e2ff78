import { silentLog } from '@voicebox/kernel'
import type { ServerEventOf } from '@voicebox/protocol'
import { writeQuotas, writeSettings } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { openRedis, type Redis, tellKeyChange } from '@voicebox/streams'
import { type Quotas, settingsSchema } from '@voicebox/tenancy'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 20_000, interval: 100 }
const tenantId = 'default'

describe('The terms of a tenant, changed while its sessions run', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  let stack: Stack
  let redis: Redis

  beforeAll(async () => {
    stack = await startStack({
      count: { gateway: 2, stt: 0, tts: 0 },
      env: {
        DATABASE_URL: postgres.url,
        VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null, windowMs: 3_600_000 }),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 10_000, reply: 'A reply.' }]),
      },
    })
    redis = await openRedis({
      url: stack.redisUrl,
      name: 'test',
      log: silentLog,
      signal: AbortSignal.timeout(60_000),
    })
  })
  afterAll(async () => {
    await redis.close()
    await stack.close()
  })
  beforeEach(() => change({}))

  /** Sets them, and tells it if it is to be told. */
  async function change(quotas: Quotas, isTold = true): Promise<void> {
    await writeQuotas(store, tenantId, quotas)
    if (isTold) await tellKeyChange(redis, { kind: 'tenant_changed', tenantId })
  }
  async function greeted(
    gateway = 0,
  ): Promise<{ client: Client; session: ServerEventOf<'session.created'>['session'] }> {
    const client = await connect(stack.ws(gateway))
    const { session } = await client.next('session.created')
    return { client, session }
  }
  async function respond(client: Client): Promise<ServerEventOf<'response.done'>['response']> {
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
    return (await client.next('response.done')).response
  }
  const status = async (client: Client): Promise<string> => (await respond(client)).status

  it.each([true, false])(
    'hold in them on every gateway, tighter and wider, whether that is told or found out (told: %s)',
    async (isTold) => {
      const clients = await Promise.all([0, 1].map(async (gateway) => (await greeted(gateway)).client))
      for (const client of clients) expect(await status(client)).toBe('completed')
      await change({ requestsPerMinute: 1 }, isTold)
      for (const client of clients) await vi.waitFor(async () => expect(await status(client)).toBe('failed'), patient)
      const { status_details: details } = await respond(clients[0] ?? expect.fail())
      expect(details).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } })
      await change({ requestsPerMinute: 1_000 }, isTold)
      for (const client of clients)
        await vi.waitFor(async () => expect(await status(client)).toBe('completed'), patient)
      await Promise.all(clients.map((client) => client.close()))
    },
  )

  it('refuse what may not be named any more, and take it when it may', async () => {
    const { client } = await greeted()
    const code = async (voice: string): Promise<string | null> => {
      const answers = () => client.events.filter(({ type }) => type === 'session.updated' || type === 'error')
      const before = answers().length
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice } } } })
      const answer = await vi.waitFor(() => answers()[before] ?? expect.fail('No answer'), patient)
      return answer.type === 'error' ? answer.error.code : null
    }
    expect(await code('coral')).toBeNull()
    await change({ voices: ['alloy'] })
    await vi.waitFor(async () => expect(await code('coral')).toBe('invalid_value'), patient)
    await change({})
    await vi.waitFor(async () => expect(await code('coral')).toBeNull(), patient)
    await change({ models: ['gpt-realtime-mini'] })
    await vi.waitFor(async () => expect((await respond(client)).status).toBe('failed'), patient)
    const refused = await connect(stack.ws())
    expect(await refused.next('error')).toMatchObject({ error: { code: 'invalid_model' } })
    expect(await refused.closed).toEqual({ code: 4000, reason: 'invalid_request_error.invalid_model' })
    await client.close()
  })

  it('end a session when it is as old as one may be by now, and leave those that are younger', async () => {
    const { client } = await greeted()
    await change({ sessionMaxS: 3 })
    expect(await client.closed).toMatchObject({ code: 1001 })
    expect(client.of('error').map(({ error }) => error.code)).toEqual(['session_expired'])
    await change({ sessionMaxS: 600 })
    const { client: other, session } = await greeted()
    expect(session.type === 'realtime' && session.expires_at - Date.now() / 1_000).toBeLessThan(605)
    await other.close()
  })

  it('bring new sessions the instructions and the voice of their tenant', async () => {
    await writeSettings(store, tenantId, { ...settingsSchema.parse({}), instructions: 'Be brief.', voice: 'sage' })
    await change({})
    await vi.waitFor(async () => {
      const { client, session } = await greeted(1)
      await client.close()
      expect(session).toMatchObject({ instructions: 'Be brief.', audio: { output: { voice: 'sage' } } })
    }, patient)
  })
}, 120_000)
