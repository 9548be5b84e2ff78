import { useRedis } from '@voicebox/streams/testing'
import { watchKeyChanges } from '@voicebox/streams'
import { usePostgres } from '@voicebox/store/testing'
import { describe, expect, it, vi } from 'vitest'
import { type ExitCode, runAdmin } from './run-admin.ts'

describe('npx voicebox', () => {
  const postgres = usePostgres()
  const server = useRedis()
  const redis = server.handle()

  async function run(...args: string[]): Promise<{ code: ExitCode; out: string; problems: string }> {
    let out = ''
    let problems = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (problems += text) }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: server.url }
    return { code: await runAdmin(args, env, console), out, problems }
  }
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out) as Record<string, string>

  it('makes tenants, lists them, suspends and resumes them', async () => {
    expect(await run('tenants', 'create', 'acme', '--name', 'Acme Ltd.')).toMatchObject({ code: 0, problems: '' })
    expect((await run('tenants', 'list')).out).toMatch(/^tenant .*\nacme +active .*Acme Ltd\.\ndefault +active .*\n$/)
    expect((await run('tenants', 'suspend', 'acme')).out).toBe('Tenant acme is suspended.\n')
    expect((await run('tenants', 'list')).out).toMatch(/acme +suspended/)
    expect((await run('tenants', 'resume', 'acme')).code).toBe(0)
    expect(await run('tenants', 'create', 'acme')).toMatchObject({
      code: 1,
      problems: expect.stringContaining('already') as string,
    })
  })

  it('makes keys, which it shows once, and revokes them', async () => {
    const made = await json('keys', 'create', '--scope', 'realtime', '--scope', 'admin', '--expires', '90d')
    expect(made).toMatchObject({ tenant_id: 'default', scopes: ['realtime', 'admin'] })
    expect(made.key).toMatch(/^sk-vb-[0-9a-f]{64}$/)
    const listed = await run('keys', 'list')
    expect(listed.out).toContain(`${made.id}  ${made.prefix}…  active`)
    expect(listed.out + (await run('keys', 'list', '--json')).out).not.toContain(made.key)
    expect((await run('keys', 'revoke', made.id ?? '')).code).toBe(0)
    expect((await run('keys', 'list')).out).toContain(`${made.id}  ${made.prefix}…  revoked`)
  })

  it('tells gateways of what they must know', async () => {
    const heard: unknown[] = []
    const watch = await watchKeyChanges(redis, { onChange: (change) => void heard.push(change), onGap() {} })
    const { id = '', prefix } = await json('keys', 'create')
    await run('keys', 'revoke', id)
    await run('tenants', 'suspend', 'default')
    await run('tenants', 'resume', 'default')
    const about = { tenantId: 'default' }
    await vi.waitFor(() => expect(heard).toHaveLength(3), { timeout: 10_000 })
    expect(heard).toEqual([
      { kind: 'key_revoked', prefix },
      { kind: 'tenant_suspended', ...about },
      { kind: 'tenant_resumed', ...about },
    ])
    await watch.close()
  })

  it('writes down what it did', async () => {
    await run('tenants', 'create', 'noted')
    const { id = '' } = await json('keys', 'create', '--tenant', 'noted')
    await run('keys', 'revoke', id, '--tenant', 'noted')
    const { out } = await run('audit', 'list', '--tenant', 'noted')
    expect([...out.matchAll(/(key|tenant)\.\w+/g)].map(([what]) => what)).toEqual([
      'key.revoked',
      'key.created',
      'tenant.created',
    ])
    expect((await run('audit', 'list', '--strangers')).out).toBe('Nothing happened.\n')
  })

  it.each([
    [['keys', 'create', '--tenant', 'nobody'], 1, 'There is no tenant nobody'],
    [['keys', 'list', '--tenant', 'nobody'], 1, 'There is no tenant nobody'],
    [['keys', 'revoke', `key_${'0'.repeat(20)}`], 1, 'Tenant default has no key key_0'],
    [['tenants', 'suspend', 'nobody'], 1, 'There is no tenant nobody'],
    [['keys', 'revoke'], 2, 'Name the key'],
    [['keys', 'create', '--scope', 'all'], 2, "--scope: 'all' is not one of realtime, admin, platform."],
    [['keys', 'create', '--expires', '1999-01-01'], 2, '--expires'],
    [['keys', 'create', 'surplus'], 2, 'Too much: surplus'],
    [['tenants', 'create', 'Ä'], 2, 'cannot name a tenant'],
    [['audit', 'list', '--limit', '0'], 2, '--limit'],
    [['audit', 'list', '--after', 'x'], 1, 'query.after'],
    [['quotas', 'set', 'sessions=none'], 1, 'body.sessions'],
    [['quotas', 'set'], 2, 'NAME=VALUE'],
    [['sessions', 'close', 'sess_none'], 1, 'no open session'],
    [['tenants'], 2, 'There is no command tenants'],
    [[], 2, 'There is no command'],
    [['keys', 'list', '--nope'], 2, '--nope'],
  ] as const)('says what is wrong: %j', async (args, code, problem) => {
    expect(await run(...args)).toMatchObject({ code, out: '', problems: expect.stringContaining(problem) as string })
  })

  it('sets quotas and settings, and shows lanes and sessions', async () => {
    expect((await run('quotas', 'set', 'sessions=5', 'models=["a"]')).problems).toBe('')
    expect(await json('quotas', 'show')).toMatchObject({ overrides: { sessions: 5, models: ['a'] } })
    expect((await run('quotas', 'clear')).code).toBe(0)
    expect(await json('quotas', 'show')).toMatchObject({ overrides: {}, effective: { sessions: null } })
    expect((await run('settings', 'set', 'voice=echo')).out).toMatch(/voice +echo/)
    expect((await run('sessions', 'list')).out).toBe('No session is open.\n')
    expect((await run('lanes', 'list')).out).toBe('No lane was used so far.\n')
  })

  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('keys create') as string })
  })

  it('says what to do where nothing runs, and does what it can without Redis', async () => {
    const quiet = { write: () => {}, complain: () => {} }
    const nowhere = runAdmin(['tenants', 'list'], { VOICEBOX_DATA_DIR: '/nonexistent' }, quiet)
    await expect(nowhere).rejects.toThrow(/npm start/)
    let problems = ''
    const env = { DATABASE_URL: postgres.url, REDIS_URL: '/nonexistent/redis.sock' }
    const console = { write: () => {}, complain: (text: string) => void (problems += text) }
    expect(await runAdmin(['tenants', 'suspend', 'default'], env, console)).toBe(0)
    expect(problems).toContain('within five seconds')
  })
})
