import { usePostgres } from '@voicebox/store/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAdmin } from '../src/admin/run-admin.ts'
import { type Stack, startStack } from './support/stack.ts'

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

describe.each(['uws', 'ws'])('The admin API over %s', { timeout: 60_000 }, (transport) => {
  const postgres = usePostgres()
  let stack: Stack
  let key: string
  let origin: string
  beforeAll(async () => {
    const env = { DATABASE_URL: postgres.url, VOICEBOX_TRANSPORT: transport, VOICEBOX_LOG_LEVEL: 'silent' }
    stack = await startStack({ env, count: { stt: 0, llm: 0, tts: 0 } })
    origin = `http://${new URL(stack.ws()).host}`
    const made = await command(['keys', 'create', '--scope', 'platform', '--json'])
    key = (JSON.parse(made.out) as { key: string }).key
  }, 120_000)
  afterAll(() => stack.close())

  async function command(args: string[], more: Record<string, string> = {}) {
    let out = ''
    let problems = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (problems += text) }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: stack.redisUrl, ...more }
    return { code: await runAdmin(args, env, console), out, problems }
  }
  const ask = (path: string, { headers = {}, ...init }: Init = {}) =>
    fetch(`${origin}/v1/admin${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    })

  it('takes bodies, answers problems, nothing at all, pages and tables', async () => {
    const body = JSON.stringify({ id: 'acme', name: 'Ächme' })
    const made = await ask('/tenants', { method: 'POST', body, headers: { 'idempotency-key': 'one' } })
    expect([made.status, await made.json()]).toMatchObject([201, { name: 'Ächme' }])
    const none = await ask('/tenants/none', { method: 'DELETE' })
    expect([none.status, none.headers.get('allow')]).toEqual([405, 'GET, PATCH'])
    expect(none.headers.get('content-type')).toBe('application/problem+json')
    const dropped = await ask('/tenants/acme/provider-keys/openai', { method: 'DELETE' })
    expect(dropped.status).toBe(404)
    const usage = await ask('/tenants/acme/usage?format=csv')
    expect([usage.status, await usage.text()]).toEqual([200, 'day,model,modality,amount\r\n'])
    expect((await ask('/docs')).headers.get('content-security-policy')).toContain("default-src 'none'")
    const huge = await ask('/tenants', { method: 'POST', body: JSON.stringify({ id: 'x'.repeat(100_000) }) })
    expect(huge.status).toBe(413)
    expect((await ask('/me', { headers: { authorization: 'Bearer none' } })).status).toBe(401)
  })

  it('does what the command line asks for, over HTTP', async () => {
    const at = { VOICEBOX_ADMIN_KEY: key, DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none', REDIS_URL: '/none' }
    const remote = (...args: string[]) => command([...args, '--url', origin], at)
    expect(await remote('keys', 'create', '--tenant', 'acme', '--json')).toMatchObject({ code: 0, problems: '' })
    expect((await remote('keys', 'list', '--tenant', 'acme')).out).toMatch(/key_\w+ +sk-vb-\w+… +active +realtime/)
    expect((await remote('history', 'sessions', '--tenant', 'acme')).out).toBe('There is no history.\n')
    expect((await remote('usage', 'days', '--tenant', 'acme', '--csv')).out).toBe('day,model,modality,amount\r\n')
    expect(
      await command(['tenants', 'list', '--url', origin], { ...at, VOICEBOX_ADMIN_KEY: 'sk-of-nobody' }),
    ).toMatchObject({
      code: 1,
      problems: 'Send an API key of this installation as a bearer token.\n',
    })
  })
})
