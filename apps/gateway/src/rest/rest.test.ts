import { Failure } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undescribed } from '../testing/described.ts'
import { newSecret } from '../client-secret.ts'
import { apiKey, openWayIn, type WayIn } from '../testing/open-way-in.ts'
import { unlimited } from '../testing/unlimited.ts'
import type { TenantTerms } from '../terms/tenant-terms.ts'

let wayIn: WayIn
beforeAll(async () => {
  wayIn = await openWayIn({ clock: { now: () => nowS * 1_000 + 999 } })
})
afterAll(() => wayIn.close())

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown> & { value: string; error: Record<string, unknown>; session: Record<string, unknown> }
}

interface Ask {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  at?: WayIn
}

/** Asks with the key, and fails on an answer that is not as the OpenAPI document describes it. */
async function ask(path: string, { method = 'POST', body, headers = {}, at = wayIn }: Ask = {}): Promise<Answer> {
  const response = await at.http.request(path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Answer['body']
  expect(undescribed(method, path, response.status, answer)).toBeNull()
  return { status: response.status, headers: response.headers, body: answer }
}

const secretsPath = '/v1/realtime/client_secrets'
const betaPath = '/v1/realtime/sessions'
const betaTranscriptionPath = '/v1/realtime/transcription_sessions'
const nowS = 1_800_000_000

describe('A client secret', () => {
  it('needs nothing said: it is for a conversation, for ten minutes', async () => {
    const { status, body } = await ask(secretsPath)
    expect(status).toBe(200)
    expect(body.value).toMatch(/^ek_\w{32,}$/)
    expect(body['expires_at']).toBe(nowS + 600)
    expect(body.session).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      id: expect.stringMatching(/^sess_/) as string,
      model: 'gpt-realtime',
      expires_at: 0,
      audio: { output: { voice: 'alloy' } },
    })
  })

  it('is unlike any other', async () => {
    const values = await Promise.all(Array.from({ length: 20 }, async () => (await ask(secretsPath)).body.value))
    expect(new Set(values).size).toBe(20)
  })

  it('shows and keeps the settings it was given', async () => {
    const settings = { type: 'realtime', instructions: 'Be brief.', audio: { output: { voice: 'marin' } } }
    const session = { ...settings, model: 'support' }
    const { body } = await ask(secretsPath, {
      body: {
        session,
        expires_after: { anchor: 'created_at', seconds: 10 },
        single_use: true,
        max_session_seconds: 90,
      },
    })
    expect(body.session).toMatchObject({ ...session, tool_choice: 'auto', audio: { input: { transcription: null } } })
    expect(await wayIn.secrets.find(body.value)).toEqual({
      tenantId: 'default',
      issuer: null,
      type: 'realtime',
      model: 'support',
      patch: settings,
      isSingleUse: true,
      maxSessionS: 90,
      createdAtS: nowS,
      expiresAtS: nowS + 10,
    })
  })

  it('can be for writing down', async () => {
    const session = { type: 'transcription', audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } }
    const { body } = await ask(secretsPath, { body: { session } })
    expect(body.session).toMatchObject({ ...session, object: 'realtime.transcription_session', expires_at: 0 })
    expect(await wayIn.secrets.find(body.value)).toMatchObject({ type: 'transcription', model: null, patch: session })
  })

  it('keeps the credentials of tools, and never shows them', async () => {
    const tool = { type: 'mcp', server_label: 'docs', server_url: 'https://example.org/mcp' }
    const secret = { authorization: 'tool-credential', headers: { 'x-key': 'tool-credential' } }
    const { body } = await ask(secretsPath, {
      body: { session: { type: 'realtime', tools: [{ ...tool, ...secret }] } },
    })
    expect(body.session['tools']).toEqual([tool])
    expect(JSON.stringify(body)).not.toContain('tool-credential')
    expect(await wayIn.secrets.find(body.value)).toMatchObject({ patch: { tools: [{ ...tool, ...secret }] } })
  })

  it('is made for Azure’s clients too, by their path and their header', async () => {
    const headers = { authorization: '', 'api-key': apiKey }
    expect((await ask('/openai/v1/realtime/client_secrets', { headers })).status).toBe(200)
  })

  it.each([
    [{ session: {} }, 'missing_required_parameter', 'session.type'],
    [{ session: { type: 'translation' } }, 'invalid_value', 'session.type'],
    [{ session: { type: 'realtime', model: 'gpt-2' } }, 'invalid_model', 'session.model'],
    [{ session: { type: 'realtime', model: 'whisper-1' } }, 'invalid_model', 'session.model'],
    [{ session: { type: 'realtime', voice: 'echo' } }, 'unknown_parameter', 'session.voice'],
    [{ session: { type: 'realtime', temperature: 0.8 } }, 'unknown_parameter', 'session.temperature'],
    [{ session: { type: 'transcription', instructions: '' } }, 'unknown_parameter', 'session.instructions'],
    [{ session: { type: 'realtime', audio: { output: { voice: 7 } } } }, 'invalid_type', 'session.audio.output.voice'],
    [
      { session: { type: 'realtime', audio: { output: { speed: 9 } } } },
      'decimal_above_max_value',
      'session.audio.output.speed',
    ],
    [{ session: { type: 'realtime', prompt: { id: 'pmpt_9' } } }, 'invalid_value', 'session.prompt.id'],
    [{ expires_after: { seconds: 9 } }, 'integer_below_min_value', 'expires_after.seconds'],
    [{ expires_after: { seconds: 7_201 } }, 'integer_above_max_value', 'expires_after.seconds'],
    [{ expires_after: { anchor: 'now', seconds: 60 } }, 'invalid_value', 'expires_after.anchor'],
    [{ max_session_seconds: 59 }, 'integer_below_min_value', 'max_session_seconds'],
    [{ max_session_seconds: 3_601 }, 'integer_above_max_value', 'max_session_seconds'],
    [{ single_use: 'yes' }, 'invalid_type', 'single_use'],
    [{ ttl: 60 }, 'unknown_parameter', 'ttl'],
    [[], 'invalid_type', null],
    ['null', 'invalid_type', null],
    ['{', 'invalid_json', null],
  ])('is not made from %j', async (body, code, param) => {
    const before = await wayIn.redis.commands.dbsize()
    const { status, body: answer } = await ask(secretsPath, { body })
    expect([status, answer.error['code'], answer.error['param']]).toEqual([400, code, param])
    expect(await wayIn.redis.commands.dbsize()).toBe(before)
  })

  it.each(['http://example.org/mcp', 'https://127.0.0.1/mcp', 'not a url'])(
    'is not made with a tool at %j',
    async (server_url) => {
      const session = { type: 'realtime', tools: [{ type: 'mcp', server_label: 'docs', server_url }] }
      const { status, body } = await ask(secretsPath, { body: { session } })
      expect([status, body.error['param']]).toEqual([400, 'session.tools[0].server_url'])
    },
  )

  it('comes with a stored prompt whose variables are given', async () => {
    const prompt = { id: 'pmpt_1', variables: { how: 'kind' } }
    const { body } = await ask(secretsPath, { body: { session: { type: 'realtime', prompt } } })
    expect(body.session['prompt']).toMatchObject(prompt)
  })
})

describe('The API of the beta', () => {
  it('makes a secret for a minute and shows the session flat, whatever beta its client means', async () => {
    const flat = {
      model: 'gpt-4o-realtime-preview',
      modalities: ['text'],
      voice: 'echo',
      input_audio_format: 'g711_ulaw',
    }
    const { status, body } = await ask(betaPath, { body: flat, headers: { 'openai-beta': 'assistants=v2' } })
    expect(status).toBe(200)
    const secret = body['client_secret'] as { value: string; expires_at: number }
    expect(body).toMatchObject({ ...flat, object: 'realtime.session', temperature: 0.8 })
    expect(secret.expires_at).toBe(nowS + 60)
    expect(await wayIn.secrets.find(secret.value)).toMatchObject({
      type: 'realtime',
      model: 'gpt-4o-realtime-preview',
      patch: { type: 'realtime', output_modalities: ['text'], audio: { input: { format: { type: 'audio/pcmu' } } } },
    })
  })

  it('makes a secret for writing down', async () => {
    const flat = { input_audio_transcription: { model: 'whisper-1' }, client_secret: { expires_at: { seconds: 120 } } }
    const { body } = await ask(betaTranscriptionPath, { body: flat })
    const secret = body['client_secret'] as { value: string; expires_at: number }
    expect(body).toMatchObject({ object: 'realtime.transcription_session', input_audio_format: 'pcm16' })
    expect(secret.expires_at).toBe(nowS + 120)
    expect(await wayIn.secrets.find(secret.value)).toMatchObject({ type: 'transcription', model: null })
  })

  it('keeps the temperature, which only it knows', async () => {
    const { body } = await ask(betaPath, { body: { temperature: 0.7 } })
    expect(body['temperature']).toBe(0.7)
  })

  it.each([
    [betaPath, { model: 'gpt-2' }, 'invalid_model', 'model'],
    [betaPath, { type: 'realtime' }, 'unknown_parameter', 'type'],
    [betaPath, { temperature: 0.1 }, 'decimal_below_min_value', 'temperature'],
    [betaPath, { prompt: { id: 'pmpt_9' } }, 'invalid_value', 'prompt.id'],
    [
      betaPath,
      { client_secret: { expires_after: { anchor: 'created_at', seconds: 1 } } },
      'integer_below_min_value',
      'client_secret.expires_after.seconds',
    ],
    [betaTranscriptionPath, { instructions: '' }, 'unknown_parameter', 'instructions'],
    [betaTranscriptionPath, { turn_detection: { type: 'vad' } }, 'invalid_value', 'turn_detection.type'],
  ])('names what is wrong by its flat place: %s %j', async (path, body, code, param) => {
    const { status, body: answer } = await ask(path, { body })
    expect([status, answer.error['code'], answer.error['param']]).toEqual([400, code, param])
  })
})

describe('Every path of the API', () => {
  const posts = [secretsPath, betaPath, betaTranscriptionPath]

  it.each([...posts.map((path) => ({ path, method: 'POST' })), { path: '/v1/models', method: 'GET' }])(
    'needs a key: $method $path',
    async ({ path, method }) => {
      for (const authorization of ['', 'Bearer sk-wrong', `Basic ${apiKey}`, 'Bearer ek_never_made']) {
        const { status, body } = await ask(path, { method, headers: { authorization } })
        expect([status, body.error]).toMatchObject([401, { code: 'invalid_api_key', type: 'invalid_request_error' }])
      }
    },
  )

  it('lets no client secret make another', async () => {
    const { value } = (await ask(secretsPath)).body
    for (const path of posts) {
      const { status } = await ask(path, { headers: { authorization: `Bearer ${value}` } })
      expect(status).toBe(403)
    }
  })

  it.each(posts)('names the method that it knows: %s', async (path) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask(path, { method })
      expect([status, headers.get('allow')]).toEqual([405, 'POST'])
    }
  })

  it.each(posts)('takes JSON alone: %s', async (path) => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json5']) {
      expect((await ask(path, { body: '{}', headers: { 'content-type': type } })).status).toBe(415)
    }
    expect(
      (await ask(path, { body: '{}', headers: { 'content-type': 'Application/JSON; charset=utf-8' } })).status,
    ).toBe(200)
  })

  it('is unknown where there is none', async () => {
    for (const path of [
      '/v1/realtime/translations/client_secrets',
      '/v1/realtime/calls',
      '/v2/realtime/sessions',
      '/v1',
    ]) {
      const response = await wayIn.http.request(path, { method: 'POST' })
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { error: { code: 'not_found', param: null } },
      ])
    }
  })
})

describe('The models', () => {
  it('are listed, and told of one by one', async () => {
    const list = (await ask('/v1/models', { method: 'GET' })).body['data'] as { id: string }[]
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(['support', 'gpt-realtime', 'whisper-1']))
    for (const id of ['support', 'gpt-realtime-2025-08-28', 'whisper-1']) {
      expect((await ask(`/v1/models/${id}`, { method: 'GET' })).body).toMatchObject({ id, object: 'model' })
    }
    expect((await ask('/openai/v1/models', { method: 'GET' })).status).toBe(200)
  })

  it('are not those that nobody knows', async () => {
    const { status, body } = await ask('/v1/models/gpt-2', { method: 'GET' })
    expect([status, body.error]).toMatchObject([404, { code: 'model_not_found' }])
    expect((await ask('/v1/models', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD')
  })
})

describe('A web page', () => {
  const origin = 'https://app.example.org'
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  }

  it('may call where its origin is configured', async () => {
    const at = await openWayIn({ corsOrigins: [origin] })
    const response = await at.http.request(secretsPath, { method: 'OPTIONS', headers: preflight })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    const { headers } = await ask(secretsPath, { at, headers: { origin } })
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    const foreign = await ask(secretsPath, { at, headers: { origin: 'https://elsewhere.example.org' } })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    await at.close()
  })

  it('may not where none is', async () => {
    const { status, headers } = await ask(secretsPath, { method: 'OPTIONS', headers: preflight })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})

describe('When it cannot answer, the API', () => {
  it('says so at once while Redis is away, and makes secrets again when it is back', async () => {
    const at = await openWayIn()
    await at.server.stop()
    await expect.poll(() => at.redis.isReady(), { timeout: 10_000 }).toBe(false)
    const { status, body } = await ask(secretsPath, { at })
    expect([status, body.error]).toMatchObject([503, { type: 'server_error', code: 'service_unavailable' }])
    const bySecret = await ask(secretsPath, { at, headers: { authorization: `Bearer ${newSecret('default')}` } })
    expect(bySecret.status).toBe(503)
    expect((await ask('/v1/models', { method: 'GET', at })).status).toBe(200)
    await at.server.restart()
    await expect.poll(() => at.redis.isReady(), { timeout: 10_000 }).toBe(true)
    expect((await ask(secretsPath, { at })).status).toBe(200)
    await at.close()
  })

  it.each([
    [new Failure('capacity', 'rate_limit_exceeded', 'Too many.'), 429, 'rate_limit_exceeded', 'Too many.'],
    [new Error('a s3cret detail'), 500, 'internal_error', 'The server had an error.'],
  ])('tells what may be told, and the log the rest: %s', async (thrown, status, code, message) => {
    const at = await openWayIn({ secrets: { keep: () => Promise.reject(thrown) } })
    const answer = await ask(secretsPath, { at })
    expect([answer.status, answer.body.error]).toMatchObject([status, { code, message }])
    expect(at.logged).toHaveLength(1)
    await at.close()
  })
})

describe('A tenant that may not use everything', () => {
  const terms: TenantTerms = {
    ...unlimited,
    models: ['support', 'whisper-1'],
    voices: ['echo', 'coral'],
    tools: { functions: false, mcp: ['*.example.org'] },
    instructions: 'You work for Acme.',
    voice: 'coral',
  }
  let at: WayIn
  beforeAll(async () => {
    at = await openWayIn({ termsOf: () => terms })
  })
  afterAll(() => at.close())

  it('is shown its models alone', async () => {
    const { body } = await ask('/v1/models', { method: 'GET', at })
    expect((body['data'] as { id: string }[]).map(({ id }) => id)).toEqual(['support', 'whisper-1'])
    expect(await ask('/v1/models/support', { method: 'GET', at })).toMatchObject({ status: 200 })
    const other = await ask('/v1/models/gpt-realtime', { method: 'GET', at })
    expect(other).toMatchObject({ status: 404, body: { error: { code: 'model_not_found' } } })
  })

  it('gets secrets whose sessions begin with its own instructions and voice', async () => {
    const { body } = await ask(secretsPath, { body: { session: { type: 'realtime', model: 'support' } }, at })
    expect(body.session).toMatchObject({ instructions: 'You work for Acme.', audio: { output: { voice: 'coral' } } })
  })

  const server = { type: 'mcp', server_label: 'docs' }
  it.each([
    [{ model: 'gpt-realtime' }, 'invalid_model', 'session.model'],
    [{ audio: { output: { voice: 'alloy' } } }, 'invalid_value', 'session.audio.output.voice'],
    [{ tools: [{ type: 'function', name: 'look' }] }, 'invalid_value', 'session.tools[0]'],
    [{ tools: [{ ...server, server_url: 'https://example.org/mcp' }] }, 'invalid_value', 'session.tools[0]'],
    [
      { audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } },
      'invalid_model',
      'session.audio.input.transcription.model',
    ],
  ])('gets no secret for %j', async (settings, code, param) => {
    const session = { type: 'realtime', model: 'support', ...settings }
    expect(await ask(secretsPath, { body: { session }, at })).toMatchObject({
      status: 400,
      body: { error: { code, param } },
    })
  })

  it('gets one for what it may use', async () => {
    const session = {
      type: 'realtime',
      model: 'support',
      audio: { output: { voice: 'echo' }, input: { transcription: { model: 'whisper-1' } } },
      tools: [{ ...server, server_url: 'https://mcp.example.org/mcp' }],
    }
    expect((await ask(secretsPath, { body: { session }, at })).status).toBe(200)
  })
})
