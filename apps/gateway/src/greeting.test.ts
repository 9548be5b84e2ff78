import { betaDialect } from '@voicebox/protocol'
import type { SecretGrant } from '@voicebox/streams'
import { describe, expect, it } from 'vitest'
import type { Identity } from './authenticate.ts'
import { greet, type GreetingOptions } from './greeting.ts'
import { makeCatalogue } from './models.ts'
import { unlimited } from './testing/unlimited.ts'
import type { UpgradeRequest } from './transport/index.ts'

const pipeline = { stt: 'stub', llm: 'default', tts: 'stub', voice: 'alloy', contextTokens: 32_000 } as const
const options: GreetingOptions = {
  catalogue: makeCatalogue({ support: { voice: 'echo' } }, pipeline),
  betaDialect,
  sessionMaxS: 3_600,
}

const byKey: Identity = {
  tenantId: 'default',
  keyPrefix: null,
  scopes: ['realtime'],
  grant: null,
  openedBy: null,
  enter: async () => true,
}

function bySecret(grant: Partial<SecretGrant>): Identity {
  const life = { isSingleUse: false, maxSessionS: null, createdAtS: 0, expiresAtS: 600 }
  const patch = { type: grant.type ?? 'realtime', include: null }
  return {
    ...byKey,
    grant: { tenantId: 'default', issuer: null, type: 'realtime', model: 'gpt-realtime', patch, ...life, ...grant },
  }
}

function request(target: string, headers: Record<string, string> = {}, protocols: string[] = []): UpgradeRequest {
  const { pathname, searchParams } = new URL(target, 'ws://host')
  const { signal } = new AbortController()
  const header = (name: string) => headers[name.toLowerCase()]
  return { path: pathname, query: searchParams, header, protocols, remoteAddress: '127.0.0.1', signal }
}

const byTarget = (target: string, identity: Identity | null = byKey) =>
  greet(request(target), identity, unlimited, options)

describe('A connection', () => {
  it.each([
    ['/v1/realtime?model=gpt-realtime', 'gpt-realtime'],
    ['/v1/realtime?model=gpt%2Drealtime&intent=conversation&session_id=sess_1&other=1', 'gpt-realtime'],
    ['/v1/realtime?model=gpt-realtime&intent=', 'gpt-realtime'],
    ['/openai/v1/realtime?model=gpt-realtime-mini', 'gpt-realtime-mini'],
    ['/openai/realtime?deployment=support&api-version=2025-08-28', 'support'],
    ['/openai/realtime?model=support', 'support'],
  ])('to %s is a conversation with %s', (target, model) => {
    const welcome = { tenantId: 'default', type: 'realtime', model, patch: null, lifeS: 3_600, dialect: { name: 'ga' } }
    expect(byTarget(target)).toMatchObject(welcome)
  })

  it.each(['/v1/realtime?intent=transcription', '/openai/realtime?intent=transcription&deployment='])(
    'to %s writes down',
    (target) => expect(byTarget(target)).toMatchObject({ type: 'transcription', model: '', pipeline }),
  )

  it.each([
    ['/v1/realtime', 'missing_model'],
    ['/v1/realtime?model=', 'missing_model'],
    ['/v1/realtime?deployment=support', 'missing_model'],
    ['/v1/realtime?model=gpt-2', 'invalid_model'],
    ['/v1/realtime?model=whisper-1', 'invalid_model'],
    ['/v1/realtime?intent=transcription&model=whisper-1', 'invalid_model'],
    ['/v1/realtime?intent=transcription&model=gpt-realtime', 'invalid_model'],
    ['/v1/realtime?intent=translation', 'invalid_intent'],
    ['/v1/realtime?intent=toString&model=gpt-realtime', 'invalid_intent'],
    ['/v1/realtime?call_id=rtc_1', 'invalid_call_id'],
  ])('to %s is refused as %s', (target, code) => expect(byTarget(target)).toMatchObject({ closeCode: 4000, code }))

  it('to write down must name no model, and is told so as from OpenAI', () => {
    expect(byTarget('/v1/realtime?intent=transcription&model=whisper-1')).toMatchObject({
      message: 'You must not provide a model parameter for transcription sessions.',
    })
  })

  it('is judged by its key first, then its dialect, then what it asks for', () => {
    const beta = request('/v1/realtime?intent=nonsense', { 'openai-beta': 'realtime=v1' })
    const strict = { ...options, betaDialect: null }
    expect(greet(beta, null, null, strict)).toMatchObject({ closeCode: 3000, code: 'invalid_api_key' })
    expect(greet(beta, byKey, unlimited, strict)).toMatchObject({ closeCode: 4000, code: 'beta_api_shape_disabled' })
    expect(greet(beta, byKey, unlimited, options)).toMatchObject({ closeCode: 4000, code: 'invalid_intent' })
  })
})

describe('The beta dialect', () => {
  const query = '?model=gpt-realtime'
  it.each([
    request(`/v1/realtime${query}`, { 'openai-beta': 'realtime=v1' }),
    request(`/v1/realtime${query}`, { 'openai-beta': 'assistants=v2 , Realtime = V1' }),
    request(`/v1/realtime${query}`, {}, ['realtime', 'openai-beta.realtime-v1']),
    request('/openai/realtime?deployment=support&api-version=2025-04-01-preview'),
  ])('is spoken with those who ask for it (%#)', (asking) =>
    expect(greet(asking, byKey, unlimited, options)).toMatchObject({ dialect: { name: 'beta' } }),
  )

  it.each([
    request(`/v1/realtime${query}`, { 'openai-beta': 'assistants=v2' }),
    request(`/v1/realtime${query}`, { 'openai-beta': 'realtime=v10' }),
    request(`/v1/realtime${query}&api-version=2025-04-01-preview`),
    request(`/openai/v1/realtime${query}&api-version=preview`),
  ])('is spoken with nobody else (%#)', (asking) =>
    expect(greet(asking, byKey, unlimited, options)).toMatchObject({ dialect: { name: 'ga' } }),
  )
})

describe('A connection by a client secret', () => {
  it('takes type, model and settings from it', () => {
    const identity = bySecret({ tenantId: 'x', patch: { type: 'realtime', instructions: 'Hi.' } })
    expect(byTarget('/v1/realtime', identity)).toMatchObject({
      type: 'realtime',
      model: 'gpt-realtime',
      patch: { type: 'realtime', instructions: 'Hi.' },
    })
    const writing = bySecret({ type: 'transcription', model: null })
    expect(byTarget('/v1/realtime', writing)).toMatchObject({ type: 'transcription', model: '' })
    expect(byTarget('/v1/realtime?intent=transcription', writing)).toMatchObject({ type: 'transcription', model: '' })
  })

  it('may name another model, which brings its own pipeline', () => {
    const welcome = byTarget('/v1/realtime?model=support', bySecret({}))
    expect(welcome).toMatchObject({ model: 'support', pipeline: { voice: 'echo' } })
  })

  it('cannot be of another type than the secret', () => {
    const writing = bySecret({ type: 'transcription', model: null })
    expect(byTarget('/v1/realtime?intent=transcription', bySecret({}))).toMatchObject({ code: 'invalid_intent' })
    expect(byTarget('/v1/realtime?intent=conversation', writing)).toMatchObject({ code: 'invalid_intent' })
    expect(byTarget('/v1/realtime?model=gpt-realtime', writing)).toMatchObject({ code: 'invalid_model' })
  })

  it('lives as long as the secret allows, but no longer than any', () => {
    const life = (maxSessionS: number | null) => byTarget('/v1/realtime', bySecret({ maxSessionS }))
    expect([life(null), life(60), life(7_200)]).toMatchObject([{ lifeS: 3_600 }, { lifeS: 60 }, { lifeS: 3_600 }])
  })
})

describe('A tenant that may use some models only', () => {
  const terms = { ...unlimited, models: ['support'], voices: ['echo'] }
  const byModel = (model: string, identity = byKey) =>
    greet(request(`/v1/realtime?model=${model}`), identity, terms, options)

  it('is told of the others what it is told of those that do not exist', () => {
    expect(byModel('support')).toMatchObject({ model: 'support', terms })
    const [other, none] = [byModel('gpt-realtime'), byModel('gpt-nothing1')]
    expect(other).toMatchObject({ closeCode: 4000, code: 'invalid_model' })
    expect(JSON.stringify(other).replace('gpt-realtime', 'gpt-nothing1')).toBe(JSON.stringify(none))
  })

  it('gets none by a secret that was made before, nor settings that it may not have any more', () => {
    expect(greet(request('/v1/realtime'), bySecret({}), terms, options)).toMatchObject({ code: 'invalid_model' })
    const patch = { type: 'realtime', audio: { output: { voice: 'alloy' } } }
    expect(byModel('support', bySecret({ patch }))).toMatchObject({ closeCode: 4000, code: 'invalid_value' })
  })

  it('gets sessions as long as it may have, however long others are', () => {
    const life = (sessionMaxS: number | null) =>
      greet(request('/v1/realtime?model=support'), byKey, { ...terms, sessionMaxS }, options)
    expect([life(null), life(60), life(7_200)]).toMatchObject([{ lifeS: 3_600 }, { lifeS: 60 }, { lifeS: 3_600 }])
  })
})
