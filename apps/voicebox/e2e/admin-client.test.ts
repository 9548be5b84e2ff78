import { Failure, newId, type SessionId, silentLog, systemClock } from '@voicebox/kernel'
import { usePostgres } from '@voicebox/store/testing'
import { consumeLane, enqueue, openRedis, type Redis } from '@voicebox/streams'
import { newEncryptionKey } from '@voicebox/tenancy'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runAdmin } from '../src/admin/run-admin.ts'
import { type Client, connect } from './support/client.ts'
import { type Answered, type Asking, generateClient, type GeneratedClient } from './support/generated-client.ts'
import { type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 60_000, interval: 100 }
const reply = 'The harbour is quiet today.'
const lane = 'jobs:tts:stub'

describe('A client generated from the document of the admin API', { timeout: 180_000 }, () => {
  const postgres = usePostgres()
  let stack: Stack
  let redis: Redis
  let api: GeneratedClient
  let voice: Client
  let session: SessionId
  let spoken: Answered

  beforeAll(async () => {
    stack = await startStack({
      count: { stt: 0, tts: 0, housekeeper: 1 },
      env: {
        DATABASE_URL: postgres.url,
        VOICEBOX_ENCRYPTION_KEY: newEncryptionKey(),
        VOICEBOX_WEBHOOK_ALLOW: '["https://127.0.0.1:1"]', // where nobody listens
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 500, reply }]),
      },
    })
    redis = await openRedis({
      url: stack.redisUrl,
      name: 'test',
      log: silentLog,
      signal: AbortSignal.timeout(20_000),
    })
    let out = ''
    const console = { write: (text: string) => void (out += text), complain: () => {} }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: stack.redisUrl }
    await runAdmin(['keys', 'create', '--scope', 'platform', '--json'], env, console)
    const { key } = JSON.parse(out) as { key: string }
    api = await generateClient(`http://${new URL(stack.ws()).host}`, key)
  }, 180_000)
  afterAll(async () => {
    await api.close()
    await redis.close()
    await stack.close()
  })

  const call = (name: string, { path = {}, ...asking }: Asking = {}) =>
    api.call(name, { path: { tenant: 'acme', ...path }, ...asking })
  const refusal = (name: string, asking?: Asking): Promise<string> =>
    call(name, asking).then(
      () => 'done',
      (error: unknown) => (error as Error).message,
    )

  it('makes a tenant, with quotas, settings, keys and webhooks of its own', async () => {
    expect(await api.call('getCaller')).toMatchObject({ role: 'platform', tenant_id: 'default' })
    expect(await api.call('createTenant', { body: { id: 'acme' } })).toMatchObject({ id: 'acme', status: 'active' })
    expect(await call('updateTenant', { body: { name: 'Acme Ltd.' } })).toMatchObject({ name: 'Acme Ltd.' })
    expect((await api.call('listTenants')).data.map(({ id }) => id)).toEqual(['acme', 'default'])
    expect(await call('suspendTenant')).toMatchObject({ status: 'suspended' })
    expect(await call('resumeTenant')).toMatchObject({ status: 'active' })
    expect(await call('getTenant')).toMatchObject({ name: 'Acme Ltd.', suspended_at: null })
    expect(await call('setQuotas', { body: { sessions: 3 } })).toMatchObject({ overrides: { sessions: 3 } })
    await call('changeQuotas', { body: { models: null } })
    expect(await call('getQuotas')).toMatchObject({ overrides: { sessions: 3, models: null } })
    await call('changeSettings', { body: { voice: 'echo', retention: { item_days: 7 } } })
    expect(await call('getSettings')).toMatchObject({ voice: 'echo', retention: { item_days: 7, audio_days: 7 } })
    await call('setProviderKey', { path: { provider: 'openai' }, body: { key: 'sk-secret-of-acme' } })
    expect((await call('listProviderKeys')).data).toMatchObject([{ provider: 'openai', last_four: 'acme' }])
    await call('deleteProviderKey', { path: { provider: 'openai' } })
    expect((await call('listProviderKeys')).data).toEqual([])
    const body = { url: 'https://127.0.0.1:1/hook', events: ['session.ended'] }
    const { id } = await call('createWebhook', { body })
    expect((await call('createWebhook', { body })).secret).toMatch(/^whsec_/)
    await call('deleteWebhook', { path: { webhook: String(id) } })
    expect((await call('listWebhooks')).data).toHaveLength(1)
  })

  it('opens a session with a key that it made, looks at it and closes it', async () => {
    const made = await call('createKey', { body: { name: 'calls', scopes: ['realtime'] } })
    const key = { key: String(made.id) }
    voice = await connect(stack.ws(), { key: String(made.key) })
    session = (await voice.next('session.created')).session.id as SessionId
    voice.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    const content = [{ type: 'input_text', text: 'How is the harbour?' }]
    voice.send({ type: 'conversation.item.create', item: { id: 'mine/1', type: 'message', role: 'user', content } })
    voice.send({ type: 'response.create' })
    const { response } = await voice.next('response.done')
    expect((await call('listLiveSessions')).data).toMatchObject([{ id: session, model: 'gpt-realtime' }])
    expect(await call('getLiveSession', { path: { session } })).toMatchObject({ tenant_id: 'acme', type: 'realtime' })
    await vi.waitFor(async () => {
      const { data: turns } = await call('listTurns', { path: { session } })
      expect(turns).toMatchObject([{ response_id: response.id, status: 'completed', cause: 'response' }])
      expect(turns[0]?.stages).toContainEqual(expect.objectContaining({ name: 'llm' }))
    }, patient)
    expect((await call('listKeys')).data).toMatchObject([{ id: made.id, status: 'active' }])
    expect(await call('getKey', { path: key })).toMatchObject({ name: 'calls' })
  })

  it('looks after dead letters while the session lives', async () => {
    const consumer = consumeLane(redis, {
      lane,
      consumer: 'unwell',
      concurrency: 1,
      claimAfterMs: 5_000,
      maxAttempts: 1,
      clock: systemClock,
      log: silentLog,
      run: () => Promise.reject(new Failure('engine', 'engine_broke', 'It broke')),
      failed: ({ responseId, segment }, { code, message }) => [
        { kind: 'segment_failed', responseId, segment, code, message },
      ],
    })
    for (let at = 0; at < 2; at += 1) {
      const about = { sessionId: session, tenantId: 'acme', responseId: newId('resp'), segment: 0, text: 'Hi' }
      const job = {
        kind: 'synthesize',
        id: newId('job'),
        deadlineMs: 60_000,
        traceId: 't',
        voice: 'echo',
        speed: 1,
      } as const
      expect(await enqueue(redis, lane, { ...job, ...about })).toBe('queued')
    }
    const letters = async () => (await api.call('listDeadLetters', { path: { lane } })).data
    await vi.waitFor(async () => expect(await letters()).toHaveLength(2), patient)
    await consumer.close()
    const [first, second] = (await letters()).map(({ id }) => ({ lane, letter: String(id) }))
    if (first === undefined || second === undefined) throw new Error('There are no letters')
    expect(await api.call('getDeadLetter', { path: first })).toMatchObject({ tenant_id: 'acme', job: { text: 'Hi' } })
    await api.call('retryDeadLetter', { path: first })
    await api.call('dropDeadLetter', { path: second })
    expect(await letters()).toEqual([])
    const { data } = await api.call('listLanes')
    expect(data.find(({ name }) => name === lane)).toMatchObject({ waiting: 1, dead: 0 })
  })

  it('takes leave of the session’s client for good', async () => {
    await call('closeLiveSession', { path: { session } })
    expect((await voice.next('error')).error.code).toBe('session_closed')
    expect(await voice.closed).toEqual({ code: 4000, reason: 'invalid_request_error.session_closed' })
    expect((await call('listLiveSessions')).data).toEqual([])
    const { data } = await call('listKeys')
    await call('revokeKey', { path: { key: String(data[0]?.id) } })
    expect((await call('listKeys')).data).toMatchObject([{ status: 'revoked' }])
  })

  it('reads what was said in it, and what it took', async () => {
    await vi.waitFor(async () => {
      const { data: sessions } = await call('listSessions', { query: { state: 'ended', model: 'gpt-realtime' } })
      expect(sessions).toMatchObject([{ id: session, end_reason: 'closed_by_admin' }])
    }, patient)
    const path = { session }
    expect(await call('getSession', { path })).toMatchObject({ id: session, type: 'realtime' })
    const first = await call('listItems', { path, query: { limit: 1, order: 'oldest' } })
    expect(first).toMatchObject({ data: [{ id: 'mine/1' }], has_more: true })
    const rest = await call('listItems', { path, query: { order: 'oldest', after: String(first.next) } })
    expect(rest).toMatchObject({ data: [{ item: { role: 'assistant' } }], has_more: false, next: null })
    expect(await call('getItem', { path: { session, item: 'mine/1' } })).toMatchObject({ item: { role: 'user' } })
    spoken = await call('searchItems', { query: { text: 'quiet HARBOUR' } })
    expect(spoken.data).toMatchObject([{ session_id: session }])
    expect(spoken.data[0]?.snippet).toContainEqual({ text: 'harbour', is_found: true })
    expect((await call('listResponses', { path })).data).toMatchObject([{ response: { status: 'completed' } }])
    const usage = await call('getUsage')
    expect(usage.data).toContainEqual(
      expect.objectContaining({ model: 'gpt-realtime', modality: 'output_text_tokens' }),
    )
    const totals = await call('getUsageTotals')
    expect(totals.data.map(({ modality }) => modality)).toContain('output_text_tokens')
    expect(await call('getUsage', { query: { format: 'csv' } })).toMatch(/^day,model,modality,amount\r\n20\d\d-/)
  })

  it('has an item, a session and all of a tenant’s history deleted', async () => {
    const item = await call('deleteItem', { path: { session, item: 'mine/1' } })
    expect(item).toMatchObject({ kind: 'deletion', about: { subject: 'item', session_id: session } })
    const gone = { path: { session, item: 'mine/1' } }
    await vi.waitFor(async () => expect(await refusal('getItem', gone)).toContain('"not_found"'), patient)
    expect((await call('listItems', { path: { session } })).data).toHaveLength(1)
    await call('deleteSession', { path: { session } })
    await vi.waitFor(async () => expect((await call('listItems', { path: { session } })).data).toEqual([]), patient)
    await call('deleteHistory')
    await vi.waitFor(async () => expect((await call('listSessions')).data).toEqual([]), patient)
    const chore = { chore: String(item.id) }
    await vi.waitFor(
      async () => expect(await api.call('getChore', { path: chore })).toMatchObject({ state: 'done' }),
      patient,
    )
    expect(await call('getTenantChore', { path: chore })).toMatchObject({ tenant_id: 'acme', attempts: 1 })
    await api.call('dropChore', { path: chore })
    expect(await refusal('getTenantChore', { path: chore })).toContain('"not_found"')
  })

  it('has told again what a webhook did not hear, and gives it up', async () => {
    const query = { kind: 'webhook', state: 'delayed' }
    const waiting = async () => (await call('listTenantChores', { query })).data
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), patient)
    const [told] = await waiting()
    expect(told).toMatchObject({ about: { event_type: 'session.ended' }, attempts: 1 })
    const path = { chore: String(told?.id) }
    await call('retryTenantChore', { path })
    await vi.waitFor(async () => expect(await waiting()).toMatchObject([{ attempts: 2 }]), patient)
    await api.call('retryChore', { path })
    await vi.waitFor(async () => expect(await waiting()).toMatchObject([{ attempts: 3 }]), patient)
    expect((await api.call('listChores', { query: { ...query, tenant: 'acme' } })).data).toHaveLength(1)
    await call('dropTenantChore', { path })
    expect(await waiting()).toEqual([])
  })

  it('finds all of it in the audit log, without what was read', async () => {
    const seen = await call('listAudit', { query: { limit: 100 } })
    const actions = new Set(seen.data.map(({ action }) => action))
    for (const action of ['tenant.created', 'session.closed', 'history.read', 'deletion.asked', 'chore.retried'])
      expect(actions).toContain(action)
    expect(JSON.stringify(seen)).not.toMatch(/harbour/i)
    const { data: ofNobody } = await api.call('listStrangers')
    const ofLetters = ['read', 'retried', 'dropped'].map((what) => `dead_letter.${what}`)
    expect(ofNobody.map(({ action }) => action).reverse()).toEqual(ofLetters)
  })

  it('has done all that the document has', () => {
    expect([...api.done].sort()).toEqual([...api.all].sort())
  })
})
