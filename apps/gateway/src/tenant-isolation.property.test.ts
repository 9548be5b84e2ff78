import { openScope, type SessionId, silentLog } from '@voicebox/kernel'
import { addApiKey, createTenant, openStore } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { useRedis } from '@voicebox/streams/testing'
import { newApiKey } from '@voicebox/tenancy'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runGateway } from './gateway.ts'
import { startWorkers } from './testing/scripted-workers.ts'
import { asks } from './testing/script.ts'
import { askHttp, type Client, startDialing } from './transport/conformance/clients.ts'

const postgres = usePostgres()
const server = useRedis()
const redis = server.handle()
const scope = openScope()
const patient = { timeout: 20_000, interval: 10 }
const sentinel = 'periwinkle'

type Event = { type: string; event_id: string; session?: { id: string }; item?: { id: string } }

/** What one tenant may try with what it has learnt of another; `which` chooses among the ids of that. */
const act = fc.oneof(
  fc.record({ kind: fc.constantFrom('resume', 'resume after', 'resume by secret'), which: fc.nat(9) }),
  fc.record({
    kind: fc.constantFrom('retrieve', 'delete', 'truncate', 'create after', 'create as', 'refer', 'cancel'),
    which: fc.nat(9),
  }),
  fc.record({
    kind: fc.constantFrom('make secret', 'safety identifier', 'guess a secret', 'ask', 'models'),
    which: fc.nat(9),
  }),
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

describe('Property: tenant isolation', () => {
  const urls: string[] = []
  const keys = { ours: '', theirs: '' }
  const runs: Promise<void>[] = []
  const leaving = new AbortController()

  beforeAll(async () => {
    const store = openStore({ url: postgres.url, name: 'test', log: silentLog })
    for (const id of ['ours', 'theirs'] as const) {
      const { key, prefix, hash } = newApiKey()
      await createTenant(store, { id, name: id })
      await addApiKey(store, { tenantId: id, name: 'k', scopes: ['realtime'], expiresAt: null, prefix, hash })
      keys[id] = key
    }
    await store.close()
    scope.use(startWorkers(redis))
    const env = {
      REDIS_URL: server.url,
      DATABASE_URL: postgres.url,
      VOICEBOX_HOST: '127.0.0.1',
      VOICEBOX_PORT: '0',
      VOICEBOX_STT_ENGINE: 'stub',
      VOICEBOX_TTS_ENGINE: 'stub',
      VOICEBOX_LOG_LEVEL: 'error',
    }
    for (let gateway = 0; gateway < 2; gateway++) {
      const ready = Promise.withResolvers<string>()
      const run = runGateway(env, leaving.signal, (message) => ready.resolve(message.urls?.[0] ?? ''))
      run.catch(ready.reject)
      runs.push(run)
      urls.push(await ready.promise)
    }
  }, 60_000)
  afterAll(async () => {
    leaving.abort()
    await Promise.all(runs)
    await scope.close()
  }, 60_000)

  const url = (gateway: number, query = ''): string => `${urls[gateway % 2] ?? ''}?model=gpt-realtime${query}`
  const by = (key: string): object => ({ headers: { authorization: `Bearer ${key}` } })
  const eventsOf = ({ texts }: Client): Event[] => texts.map((text) => JSON.parse(text) as Event)
  const has = (client: Client, type: string, count = 1): Promise<void> =>
    expect.poll(() => eventsOf(client).filter((event) => event.type === type).length, patient).toBe(count)

  async function connect(key: string, gateway: number): Promise<Client> {
    const client = startDialing(url(gateway), [], by(key))
    await has(client, 'session.created')
    return client
  }

  const turns = { type: 'response.create', response: { output_modalities: ['text'] } }
  const message = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })
  const send = ({ ws }: Client, event: object): void => ws.send(JSON.stringify(event))

  async function talk(client: Client, count: number): Promise<void> {
    send(client, { type: 'conversation.item.create', item: message(asks({ say: [`The ${sentinel} ${count}.`] })) })
    send(client, turns)
    await has(client, 'response.done', count)
    await expect.poll(() => eventsOf(client).at(-1)?.type, patient).toBe('rate_limits.updated')
  }

  /** All that Redis has of a tenant, but for signs of life. */
  async function dumped(sessionId: string): Promise<string[]> {
    const names = (await server.keys('*theirs*')).filter(
      (name) => !name.startsWith('limits:') && !name.startsWith('sess:'),
    )
    expect(names.some((name) => name.includes(sessionId))).toBe(true)
    const values = await Promise.all(names.sort().map((name) => redis.commands.dumpBuffer(name)))
    return names.map((name, index) => `${name} ${values[index]?.toString('base64') ?? ''}`)
  }

  /** Does one thing as the tenant `ours`; answers all that it was told. */
  async function attempt(
    { kind, which }: Act,
    about: { own: Client; ids: string[]; eventIds: string[]; sessionId: string; secret: string },
  ): Promise<string> {
    const pick = (from: readonly string[]): string => from[which % from.length] ?? ''
    const id = pick(about.ids)
    const after = about.own.texts.length
    const resume = async (key: string, query = ''): Promise<string> => {
      const client = startDialing(url(which, `&session_id=${about.sessionId}${query}`), [], by(key))
      expect((await client.closed).code).toBeGreaterThanOrEqual(3000)
      return client.texts.join()
    }
    const rest = async (path: string, body?: object): Promise<string> => {
      const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      return (await askHttp(new URL(path, url(which)).href, { ...by(keys.ours), ...how })).body
    }
    const say = async (event: object): Promise<string> => {
      send(about.own, event)
      const probe = `probe_${after}`
      send(about.own, { type: probe, event_id: probe })
      await expect.poll(() => about.own.texts.slice(after).some((text) => text.includes(probe)), patient).toBe(true)
      return about.own.texts.slice(after).join()
    }
    switch (kind) {
      case 'resume':
        return resume(keys.ours)
      case 'resume after':
        return resume(keys.ours, `&last_event_id=${pick(about.eventIds)}&sent_events=0`)
      case 'resume by secret':
        return resume(about.secret)
      case 'retrieve':
      case 'delete':
        return say({ type: `conversation.item.${kind}`, item_id: id })
      case 'truncate':
        return say({ type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms: 0 })
      case 'create after':
        return say({ type: 'conversation.item.create', previous_item_id: id, item: message('after') })
      case 'create as':
        return say({ type: 'conversation.item.create', item: { id, ...message('instead') } })
      case 'refer':
        return say({
          type: 'response.create',
          response: { conversation: 'none', output_modalities: ['text'], input: [{ type: 'item_reference', id }] },
        })
      case 'cancel':
        return say({ type: 'response.cancel', response_id: id })
      case 'make secret':
        return rest('/v1/realtime/client_secrets', { session: { type: 'realtime', model: 'gpt-realtime' } })
      case 'safety identifier': {
        const headers = {
          authorization: `Bearer ${keys.ours}`,
          'openai-safety-identifier': `theirs/${about.sessionId}`,
        }
        const client = startDialing(url(which), [], { headers })
        await has(client, 'session.created')
        client.ws.close()
        return client.texts.join()
      }
      case 'guess a secret':
        return resume(about.secret.replace('ours', 'theirs'))
      case 'ask':
        return say({ ...turns, response: { ...turns.response, instructions: `Tell me about ${id}.` } })
      case 'models':
        return rest('/v1/models')
    }
  }

  it("nothing that a tenant does shows or changes anything of another's", async () => {
    const reached = new Set<string>()
    const property = fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 16 }), async (acts) => {
      const theirs = await connect(keys.theirs, 0)
      await talk(theirs, 1)
      const events = eventsOf(theirs)
      const sessionId = events[0]?.session?.id as SessionId
      const ids = [...new Set(JSON.stringify(events).match(/\b(item|resp|conv|sess)_[0-9A-Za-z]+/g))]
      const own = await connect(keys.ours, 1)
      const asked = { method: 'POST', body: '{}', ...by(keys.ours) }
      const made = await askHttp(new URL('/v1/realtime/client_secrets', url(0)).href, asked)
      const { value: secret } = JSON.parse(made.body) as { value: string }
      await expect
        .poll(async () => (await dumped(sessionId)).join() === (await dumped(sessionId)).join(), patient)
        .toBe(true)
      const before = await dumped(sessionId)
      const about = { own, ids, eventIds: events.map(({ event_id }) => event_id), sessionId, secret }
      for (const one of acts) {
        const told = await attempt(one, about)
        expect(told).not.toContain(sentinel)
        expect(told).not.toContain('sk-vb-')
        reached.add(one.kind)
      }
      expect(await dumped(sessionId)).toEqual(before)
      expect(theirs.texts.slice(events.length)).toEqual([])
      await talk(theirs, 2)
      expect(own.texts.join()).not.toContain(sentinel)
      const left = [own, theirs].map(({ ws, closed }) => (ws.close(), closed))
      await Promise.all(left)
    })
    await fc.assert(property, { numRuns: 12, endOnFailure: true })
    expect(reached.size).toBeGreaterThan(11)
  }, 240_000)
})
