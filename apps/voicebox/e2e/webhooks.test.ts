import { createTenant, writeQuotas, writeSettings } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { newEncryptionKey, openVault, settingsSchema, webhookField } from '@voicebox/tenancy'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { startWebhookServer, type WebhookServer } from './support/webhook-server.ts'

const patient = { timeout: 60_000, interval: 50 }
const secret = `whsec_${Buffer.from('thirty two bytes of a secret key').toString('base64')}`

describe('A tenant with a webhook', { timeout: 180_000 }, () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const encryptionKey = newEncryptionKey()
  let stack: Stack
  let hook: WebhookServer

  beforeAll(async () => {
    hook = await startWebhookServer()
    await createTenant(store, { id: 'default', name: 'Default' })
    const place = { tenantId: 'default', field: webhookField('wh_1') }
    const webhook = {
      id: 'wh_1',
      url: `${hook.origin}/told`,
      events: ['session.ended', 'quota.reached'],
      secret: openVault([encryptionKey]).seal(secret, place),
    }
    await writeSettings(store, 'default', settingsSchema.parse({ webhooks: [webhook] }))
    stack = await startStack({
      count: { stt: 0, tts: 0, llm: 0, gateway: 2, housekeeper: 2 },
      env: {
        DATABASE_URL: postgres.url,
        VOICEBOX_ENCRYPTION_KEY: encryptionKey,
        VOICEBOX_WEBHOOK_ALLOW: JSON.stringify([hook.origin]),
        NODE_EXTRA_CA_CERTS: hook.certFile,
        VOICEBOX_SESSION_TTL_MS: '1500',
        VOICEBOX_HEARTBEAT_MS: '300',
        VOICEBOX_RATE_LIMITS: JSON.stringify({ sessions: 1 }),
      },
    })
  }, 180_000)
  afterAll(async () => {
    await stack.close()
    await hook.close()
  })

  /** What was told, as the official client opens it; each once, however often it came. */
  async function told(type: string): Promise<{ id: string; data: Record<string, unknown> }[]> {
    const client = new OpenAI({ apiKey: 'none', webhookSecret: secret })
    const events = await Promise.all(hook.received.map(({ body, headers }) => client.webhooks.unwrap(body, headers)))
    return events.filter((event) => (event.type as string) === type) as never
  }

  it('is told once of each session that ends, also where its gateway died', async () => {
    const ids: string[] = []
    const first = await connect(stack.ws(0))
    ids.push((await first.next('session.created')).session.id)
    await first.close()
    await vi.waitFor(async () => expect(await told('session.ended')).toHaveLength(1), patient)
    const second = await connect(stack.ws(0))
    ids.push((await second.next('session.created')).session.id)
    stack.of('gateway')[0]?.process.kill('SIGKILL')
    await vi.waitFor(async () => expect(await told('session.ended')).toHaveLength(2), patient)
    const events = await told('session.ended')
    expect(events.map(({ data }) => data['session_id'])).toEqual(ids)
    expect(events.map(({ data }) => data['reason'])).toEqual(['closed_1005', 'expired'])
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(hook.received.length)
  })

  it('is told once a minute that it has as many sessions as it may have', async () => {
    await writeQuotas(store, 'default', {})
    const open = await connect(stack.ws(1))
    await open.next('session.created')
    for (let at = 0; at < 3; at++) {
      const refused = await connect(stack.ws(1))
      expect((await refused.next('error')).error.code).toBe('rate_limit_exceeded')
    }
    await vi.waitFor(async () => expect(await told('quota.reached')).not.toHaveLength(0), patient)
    const [event, ...more] = await told('quota.reached')
    expect(event?.data).toMatchObject({ quota: 'sessions', limit: 1, window_seconds: 60 })
    expect(more.length).toBeLessThanOrEqual(1) // a minute may have ended between
    await open.close()
  })

  it('is told later where its server was unwell', async () => {
    hook.answer = 500
    const before = (await told('session.ended')).length
    // the session before may still be counted for a moment
    const client = await vi.waitFor(async () => {
      const one = await connect(stack.ws(1))
      await one.next('session.created')
      return one
    }, patient)
    await client.close()
    await vi.waitFor(async () => expect((await told('session.ended')).length).toBeGreaterThan(before), patient)
    hook.answer = 204 // the next attempt comes in half a minute
    await vi.waitFor(
      async () => {
        const ids = hook.received.map(({ headers }) => headers['webhook-id'])
        expect(ids.filter((id) => id === ids.at(-1))).toHaveLength(2)
      },
      { timeout: 90_000, interval: 200 },
    )
  })
})
