import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAdmission } from './admission.ts'
import type { HandshakeOptions } from './handshake.ts'
import { newSecret } from './client-secret.ts'
import { makeSecrets } from './secrets.ts'
import { apiKey, openWayIn, type WayIn } from './testing/open-way-in.ts'
import { unlimited } from './testing/unlimited.ts'
import { askHttp, type Client, dial, startDialing } from './transport/conformance/clients.ts'

let wayIn: WayIn
beforeAll(async () => {
  wayIn = await openWayIn()
})
afterAll(() => wayIn.close())

const byKey = { headers: { authorization: `Bearer ${apiKey}` } }
const wrongKey = { code: 3000, reason: 'invalid_request_error.invalid_api_key' }

/** The first event that came, once there is one. */
async function firstEvent({ texts }: Client): Promise<Record<string, unknown>> {
  await expect.poll(() => texts.length, { timeout: 10_000 }).toBeGreaterThan(0)
  return JSON.parse(texts[0] ?? '') as Record<string, unknown>
}

/** The answer to an upgrade that is refused. */
function refusal({ ws }: Client): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    ws.on('open', () => reject(new Error('the upgrade was accepted')))
    ws.on('unexpected-response', (_, response) => {
      const read = response.toArray() as Promise<Buffer[]>
      read.then((parts) => {
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(parts).toString()) as unknown })
      }, reject)
    })
  })
}

describe.each(['uws', 'ws'] as const)('Connecting over %s', (transport) => {
  let host: string
  beforeAll(async () => {
    host = await wayIn.listen(transport)
  })
  const url = (target = '/v1/realtime?model=gpt-realtime') => `ws://${host}${target}`
  const openai = () => new OpenAI({ apiKey, baseURL: `http://${host}/v1` })
  /** As a browser does, which can send no headers. */
  const dialWith = (secret: string, target = '/v1/realtime') =>
    startDialing(url(target), ['realtime', `openai-insecure-api-key.${secret}`])

  it.each([
    ['the bearer', '/v1/realtime?model=gpt-realtime', byKey.headers],
    ['Azure’s header', '/openai/v1/realtime?model=gpt-realtime', { 'api-key': apiKey }],
    ['Azure’s query', `/openai/realtime?api-version=2024-10-01&deployment=gpt-realtime&api-key=${apiKey}`, {}],
  ])('works with %s', async (_by, target, headers) => {
    const client = await dial(url(target), [], { headers })
    expect(await firstEvent(client)).toMatchObject({
      welcome: { type: 'realtime', model: 'gpt-realtime', dialect: 'ga' },
    })
    expect(client.ws.protocol).toBe('')
    client.ws.close()
  })

  it('answers a browser with `realtime` alone', async () => {
    const offers = [
      `openai-insecure-api-key.${apiKey}`,
      'openai-organization.org',
      'realtime',
      'openai-beta.realtime-v1',
    ]
    const client = await dial(url(), offers)
    expect(client.ws.protocol).toBe('realtime')
    expect(await firstEvent(client)).toMatchObject({ welcome: { dialect: 'beta' } })
    client.ws.close()
  })

  it('brings as long a session as the tenant may have, and none where it has as many as it may', async () => {
    const termsOf = () => ({ ...unlimited, sessions: 1, sessionMaxS: 60 })
    const onRefused = (): void => {}
    const admission = makeAdmission({ redis: wayIn.redis, limitsOf: termsOf, sessionTtlMs: 30_000, onRefused })
    const limited = `ws://${await wayIn.listen(transport, { termsOf, admission })}/v1/realtime?model=gpt-realtime`
    const first = await dial(limited, [], byKey)
    expect(await firstEvent(first)).toMatchObject({ welcome: { lifeS: 60 } })
    const second = await dial(limited, [], byKey)
    expect(await firstEvent(second)).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    })
    const overHttp = `ws://${await wayIn.listen(transport, { termsOf, admission, errors: 'http' })}/v1/realtime?model=gpt-realtime`
    expect(await refusal(startDialing(overHttp, [], byKey))).toMatchObject({ status: 429 })
    for (const key of await wayIn.server.keys('limits:*')) await wayIn.redis.commands.del(key)
    for (const client of [first, second]) client.ws.close()
  })

  it.each([
    ['no key', {}, '', wrongKey],
    ['a wrong key', { authorization: 'Bearer sk-wrong' }, '', wrongKey],
    ['a secret that nobody made', { authorization: 'Bearer ek_0123456789' }, '', wrongKey],
    ['no model', byKey.headers, '?', { code: 4000, reason: 'invalid_request_error.missing_model' }],
    ['an unknown model', byKey.headers, '?model=gpt-2', { code: 4000, reason: 'invalid_request_error.invalid_model' }],
  ])('is accepted, told what is wrong and closed: %s', async (_what, headers, query, ending) => {
    const client = startDialing(url(`/v1/realtime${query}`), [], { headers })
    expect(await client.closed).toEqual(ending)
    const code = ending.reason.split('.')[1]
    const error = { type: 'invalid_request_error', code, param: null, event_id: null }
    expect(client.texts.map((text) => JSON.parse(text) as unknown)).toMatchObject([{ type: 'error', error }])
  })

  it('is told in the same shape where the beta dialect was asked for', async () => {
    const client = startDialing(url('/v1/realtime'), [], {
      headers: { ...byKey.headers, 'openai-beta': 'realtime=v1' },
    })
    expect(await client.closed).toMatchObject({ code: 4000 })
    expect(await firstEvent(client)).toMatchObject({ type: 'error', error: { code: 'missing_model', event_id: null } })
  })

  it('is refused over HTTP on other paths', async () => {
    for (const path of ['/v1/realtime/translations', '/v2/realtime', '/']) {
      const client = startDialing(url(path), [], byKey)
      expect(await refusal(client)).toMatchObject({ status: 404 })
    }
  })

  it('needs an upgrade, says HTTP', async () => {
    for (const path of ['/v1/realtime', '/openai/v1/realtime', '/openai/realtime']) {
      expect(await askHttp(url(path))).toMatchObject({ status: 426, headers: { upgrade: 'websocket' } })
      expect(await askHttp(url(path), { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET' } })
    }
  })

  it('describes the REST API, which takes no body that is too large', async () => {
    expect(JSON.parse((await askHttp(url('/openapi.json'))).body)).toMatchObject({ openapi: '3.1.0' })
    const body = JSON.stringify({ session: { type: 'realtime', instructions: 'x'.repeat(1 << 20) } })
    const answer = await askHttp(url('/v1/realtime/client_secrets'), { method: 'POST', ...byKey, body })
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { error: { type: 'invalid_request_error' } }])
  })

  it('works with a secret that the official client made, as often as one likes, with its settings', async () => {
    const session = { type: 'realtime' as const, model: 'support', instructions: 'Be brief.' }
    const made = await openai().realtime.clientSecrets.create({
      session,
      expires_after: { anchor: 'created_at', seconds: 60 },
    })
    expect(made.session).toMatchObject({ ...session, object: 'realtime.session' })
    for (const target of ['/v1/realtime', '/v1/realtime?model=support']) {
      const client = dialWith(made.value, target)
      expect(await firstEvent(client)).toMatchObject({
        welcome: {
          model: 'support',
          voice: 'echo',
          patch: { type: 'realtime', instructions: 'Be brief.' },
          lifeS: 3_600,
        },
      })
      expect(client.ws.protocol).toBe('realtime')
      client.ws.close()
    }
  })

  it('works with a secret of the beta API, for writing down', async () => {
    const made = await openai().beta.realtime.transcriptionSessions.create({ input_audio_format: 'pcm16' })
    const client = dialWith(made.client_secret.value, '/v1/realtime?intent=transcription')
    expect(await firstEvent(client)).toMatchObject({ welcome: { type: 'transcription', model: '' } })
    client.ws.close()
  })

  it('works once with a secret for one connection, however many race', async () => {
    const made = await askHttp(url('/v1/realtime/client_secrets'), {
      method: 'POST',
      headers: { ...byKey.headers, 'content-type': 'application/json' },
      body: '{"single_use":true,"max_session_seconds":60}',
    })
    const { value } = JSON.parse(made.body) as { value: string }
    const misled = dialWith(value, '/v1/realtime?model=gpt-2')
    expect(await misled.closed).toMatchObject({ code: 4000 }) // which does not use it up
    const racing = Array.from({ length: 6 }, () => dialWith(value))
    const events = await Promise.all(racing.map(firstEvent))
    expect(events.filter(({ type }) => type === 'welcome')).toMatchObject([{ welcome: { lifeS: 60 } }])
    expect(events.filter(({ type }) => type === 'error')).toHaveLength(5)
    const late = dialWith(value)
    expect(await late.closed).toEqual(wrongKey)
    for (const { ws } of racing) ws.close()
  })

  it('does not work with a secret that has expired', async () => {
    const secret = newSecret('default')
    const life = { createdAtS: 0, expiresAtS: 1, isSingleUse: false, maxSessionS: null }
    await wayIn.secrets.keep(secret, {
      tenantId: 'default',
      issuer: null,
      type: 'realtime',
      model: 'support',
      patch: null,
      ...life,
    })
    await expect.poll(() => wayIn.secrets.find(secret), { timeout: 10_000 }).toBeNull()
    expect(await dialWith(secret).closed).toEqual(wrongKey)
  })

  describe('where it is configured otherwise', () => {
    const listening = (options: Partial<HandshakeOptions>) => wayIn.listen(transport, options)

    it.each([
      ['a wrong key', 401, 'invalid_api_key', '/v1/realtime?model=gpt-realtime', {}],
      ['a wrong model', 400, 'invalid_model', '/v1/realtime?model=gpt-2', byKey.headers],
    ])('answers %s before the upgrade, by a status', async (_what, status, code, target, headers) => {
      const client = startDialing(`ws://${await listening({ errors: 'http' })}${target}`, [], { headers })
      expect(await refusal(client)).toMatchObject({ status, body: { error: { code, param: null } } })
    })

    it('refuses the beta dialect as OpenAI does', async () => {
      const strict = await listening({ betaDialect: null })
      const headers = { ...byKey.headers, 'openai-beta': 'realtime=v1' }
      const client = startDialing(`ws://${strict}/v1/realtime?model=gpt-realtime`, [], { headers })
      expect(await client.closed).toEqual({ code: 4000, reason: 'invalid_request_error.beta_api_shape_disabled' })
    })

    it('refuses by 503 who comes when the last place is taken, also while the key is looked at', async () => {
      const reasons = [null, 'No room.']
      const filling = await listening({ unavailable: () => reasons.shift() ?? null })
      const client = startDialing(`ws://${filling}/v1/realtime?model=gpt-realtime`, [], byKey)
      expect(await refusal(client)).toMatchObject({ status: 503 })
    })

    it('refuses by 503 when nobody can be served, whatever the key', async () => {
      const full = await listening({ unavailable: () => 'No room.' })
      const client = startDialing(`ws://${full}/v1/realtime?model=gpt-realtime`)
      expect(await refusal(client)).toMatchObject({ status: 503 })
    })
  })
})

describe('While Redis is away', () => {
  it('a client secret is answered by 503, since nobody knows whether it is right', async () => {
    const alone = await openWayIn()
    const host = await alone.listen('ws')
    const secret = newSecret('default')
    await alone.server.stop()
    await expect.poll(() => alone.redis.isReady(), { timeout: 10_000 }).toBe(false)
    const client = startDialing(`ws://${host}/v1/realtime`, [], { headers: { authorization: `Bearer ${secret}` } })
    expect(await refusal(client)).toMatchObject({ status: 503 })
    expect(JSON.stringify(alone.logged)).not.toContain(secret)
    await alone.close()
  })

  it('nothing waits for it', async () => {
    const secrets = makeSecrets({ ...wayIn.redis, isReady: () => false }, () => {})
    await expect(secrets.find(newSecret('default'))).rejects.toMatchObject({
      kind: 'dependency',
      code: 'redis_unavailable',
    })
    await expect(secrets.redeem(newSecret('default'))).rejects.toMatchObject({
      kind: 'dependency',
      code: 'redis_unavailable',
    })
  })
})
