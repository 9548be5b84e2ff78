import { usePostgres } from '@voicebox/store/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { runAdmin } from '../src/admin/run-admin.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 15_000 }
const invalid = { code: 3000, reason: 'invalid_request_error.invalid_api_key' }

describe('Keys of tenants', () => {
  const postgres = usePostgres()
  let stack: Stack
  beforeAll(async () => {
    const env = { DATABASE_URL: postgres.url }
    stack = await startStack({ env, count: { stt: 0, llm: 0, tts: 0 } })
    await admin('tenants', 'create', 'acme')
  })
  afterAll(() => stack.close())

  async function admin(...args: string[]): Promise<Record<string, string>> {
    let out = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (out += text) }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: stack.redisUrl }
    expect(await runAdmin([...args, '--json'], env, console)).toBe(0)
    return JSON.parse(out) as Record<string, string>
  }

  /** What a client is told, and how it ends. */
  function dial(key: string) {
    const socket = new WebSocket(`${stack.ws()}?model=gpt-realtime`, { headers: { authorization: `Bearer ${key}` } })
    const events: { type: string; error?: { code: string; message: string } }[] = []
    socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as (typeof events)[number]))
    const closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    )
    const begun = expect.poll(() => events[0]?.type, patient)
    return { socket, events, closed, begun }
  }
  const rest = (path: string, key: string, body?: object) =>
    fetch(`http://${new URL(stack.ws()).host}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const ready = async () => (await rest('/readyz', '')).json() as Promise<{ status: string; degraded: string[] }>

  it('open sessions and the REST API, as does the installation’s own', async () => {
    const { key = '', id = '' } = await admin('keys', 'create', '--tenant', 'acme')
    for (const one of [key, apiKey]) {
      const client = dial(one)
      await client.begun.toBe('session.created')
      client.socket.close(1000)
      expect((await rest('/v1/models', one)).status).toBe(200)
    }
    const revoked = await admin('keys', 'revoke', id, '--tenant', 'acme')
    expect(revoked.revoked_at).toBeTypeOf('string')
  })

  it('end their sessions, and those of the secrets that they made, when they are revoked', async () => {
    const { key = '', id = '' } = await admin('keys', 'create', '--tenant', 'acme')
    const made = (await (await rest('/v1/realtime/client_secrets', key, {})).json()) as { value: string }
    const clients = [key, made.value].map(dial)
    for (const { begun } of clients) await begun.toBe('session.created')
    await admin('keys', 'revoke', id, '--tenant', 'acme')
    for (const { closed, events } of clients) {
      expect(await closed).toEqual(invalid)
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'invalid_api_key' } })
    }
    for (const one of [key, made.value]) {
      expect(await dial(one).closed).toEqual(invalid)
      expect((await rest('/v1/models', one)).status).toBe(401)
    }
  })

  it('open nothing while their tenant is suspended, and tell nobody why', async () => {
    const { key = '' } = await admin('keys', 'create', '--tenant', 'acme')
    const client = dial(key)
    await client.begun.toBe('session.created')
    await admin('tenants', 'suspend', 'acme')
    expect(await client.closed).toEqual(invalid)
    const refused = [dial(key), dial(`sk-vb-${'0'.repeat(64)}`)]
    expect(await Promise.all(refused.map(({ closed }) => closed))).toEqual([invalid, invalid])
    const [suspended, unknown] = refused.map(({ events }) => events.map(({ type, error }) => ({ type, error })))
    expect(suspended).toEqual(unknown)
    await admin('tenants', 'resume', 'acme')
    const again = dial(key)
    await again.begun.toBe('session.created')
    again.socket.close(1000)
  })

  it('are good for what their scopes say', async () => {
    const { key = '' } = await admin('keys', 'create', '--tenant', 'acme', '--scope', 'admin')
    expect(await dial(key).closed).toEqual({ code: 4000, reason: 'invalid_request_error.insufficient_permissions' })
    expect((await rest('/v1/models', key)).status).toBe(403)
  })

  it('that fail are written down, by tenant where there is one', async () => {
    const { key = '', id = '' } = await admin('keys', 'create', '--tenant', 'acme', '--name', 'tried')
    await admin('keys', 'revoke', id, '--tenant', 'acme')
    await dial(key).closed
    await dial('sk-wrong').closed
    const failures = async (...of: string[]) => JSON.stringify(await admin('audit', 'list', ...of))
    await expect
      .poll(() => failures('--tenant', 'acme'), { timeout: 25_000 })
      .toMatch(new RegExp(`authentication.failed[^}]*127.0.0.1[^}]*${id}[^}]*revoked`))
    expect(await failures('--strangers')).toMatch(/authentication.failed[^}]*unknown/)
  })

  it('that are warm open sessions while Postgres is away, which readiness tells', async () => {
    const { key = '' } = await admin('keys', 'create', '--tenant', 'acme')
    const before = dial(key)
    await before.begun.toBe('session.created')
    await postgres.stop()
    await expect.poll(async () => (await ready()).degraded.join(), patient).toContain('Postgres')
    expect((await ready()).status).toBe('ready')
    const warm = dial(key)
    await warm.begun.toBe('session.created')
    const cold = await rest('/v1/models', `sk-vb-${'1'.repeat(64)}`)
    expect(cold.status).toBe(503)
    await postgres.start()
    await expect.poll(async () => (await ready()).degraded.join(), patient).not.toContain('Postgres')
    expect((await rest('/v1/models', `sk-vb-${'1'.repeat(64)}`)).status).toBe(401)
    for (const { socket } of [before, warm]) expect(socket.readyState).toBe(WebSocket.OPEN)
    for (const { socket } of [before, warm]) socket.close(1000)
  })
})
