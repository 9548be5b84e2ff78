import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { useRedis } from '@voicebox/streams/testing'
import { newId, silentLog } from '@voicebox/kernel'
import { createSession, findSession, watchKeyChanges } from '@voicebox/streams'
import { writeHistory } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { newEncryptionKey } from '@voicebox/tenancy'
import { describe, expect, it, vi } from 'vitest'
import { commands } from './commands.ts'
import { type ExitCode, runAdmin } from './run-admin.ts'

describe('npx voicebox', () => {
  const postgres = usePostgres()
  const server = useRedis()
  const redis = server.handle()
  const store = postgres.store()
  const encryptionKey = newEncryptionKey()

  async function run(...args: string[]): Promise<{ code: ExitCode; out: string; problems: string }> {
    let out = ''
    let problems = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (problems += text) }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: server.url, VOICEBOX_ENCRYPTION_KEY: encryptionKey }
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
    [['lanes', 'letters', 'jobs:llm:none'], 1, 'There is no lane'],
    [['lanes', 'retry', 'jobs:llm:none'], 2, 'Name the dead letter'],
    [['sessions', 'turns', 'sess_none'], 1, 'no open session'],
    [['history', 'show', 'sess_none'], 1, 'no history'],
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

  it('closes a session whose gateway is dead, of which webhooks hear', async () => {
    const of = { tenantId: 'default', sessionId: newId('sess') }
    const hold = await createSession(redis, {
      ...of,
      holder: 'dead',
      ttlMs: 30_000,
      onTaken() {},
      log: silentLog,
    })
    expect((await run('sessions', 'list')).out).toContain(of.sessionId)
    expect(await run('sessions', 'close', of.sessionId)).toMatchObject({ code: 0, problems: '' })
    expect(await findSession(redis, of)).toBeNull()
    const told = await run('chores', 'list', '--kind', 'webhook')
    expect(told.out).toContain(`"event_type":"session.ended"`)
    expect((await run('chores', 'drop', /^webhook\.\S+/m.exec(told.out)?.[0] ?? '')).code).toBe(0)
    await hold.close()
  })

  it('keeps webhooks, provider keys and their secrets', async () => {
    const made = await json('webhooks', 'create', 'https://example.com/hook', '--event', 'session.ended')
    expect(made.secret).toMatch(/^whsec_/)
    const listed = await run('webhooks', 'list')
    expect(listed.out).toContain(`${made.id}  https://example.com/hook  ["session.ended"]`)
    expect(listed.out).not.toContain(made.secret)
    expect((await run('webhooks', 'delete', made.id ?? '')).code).toBe(0)
    expect((await run('webhooks', 'list')).out).toBe('There are no webhooks.\n')
    const file = join(await mkdtemp(join(tmpdir(), 'voicebox-key-')), 'key')
    await writeFile(file, 'sk-of-a-provider\n')
    expect(await run('provider-keys', 'set', 'openai', file)).toMatchObject({ code: 0, problems: '' })
    await rm(dirname(file), { recursive: true })
    expect((await run('provider-keys', 'list')).out).toMatch(/openai +ider +20/)
    expect((await run('provider-keys', 'delete', 'openai')).code).toBe(0)
  })

  it('reads history and usage, and has them deleted', async () => {
    const about = { sessionId: 'sess_told', at: new Date('2026-01-02T03:04:05Z') }
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Ring\u001b[2J\nthe bell' }] }
    await writeHistory(store, 'default', [
      { ...about, kind: 'session_opened', number: 1, type: 'realtime', model: 'gpt-realtime' },
      { ...about, kind: 'item', number: 2, itemId: 'item_1', position: 1, item, words: 'Ring the bell' },
      { ...about, kind: 'usage', number: 3, turnId: 'resp_1', model: 'gpt-realtime', counts: { input_text_tokens: 4 } },
    ])
    expect((await run('history', 'sessions')).out).toMatch(
      /sess_told +realtime +gpt-realtime +2026-01-02T03:04:05Z +- +-/,
    )
    expect((await run('history', 'items', 'sess_told', '--oldest')).out).toMatch(
      /item_1 .* user +Ring \[2J the bell\n$/,
    )
    expect((await run('history', 'search', 'BELL')).out).toMatch(/sess_told +item_1 .* Ring the \[bell\]/)
    expect(await json('history', 'item', 'sess_told', 'item_1')).toMatchObject({ id: 'item_1' })
    expect((await run('history', 'responses', 'sess_told')).out).toBe('There is no history.\n')
    const days = ['--from', '2026-01-01', '--to', '2026-01-31']
    expect((await run('usage', 'days', ...days, '--csv')).out).toBe(
      'day,model,modality,amount\r\n2026-01-02,gpt-realtime,input_text_tokens,4\r\n',
    )
    expect((await run('usage', 'totals', ...days)).out).toMatch(/input_text_tokens +4\n$/)
    const { id = '' } = await json('history', 'delete', 'sess_told')
    expect((await run('chores', 'list', '--kind', 'deletion')).out).toContain(`${id}  waiting`)
    expect(await run('chores', 'retry', id)).toMatchObject({ code: 1, out: '' })
    expect((await run('chores', 'drop', id)).out).toBe('The chore is thrown away.\n')
    expect((await run('chores', 'list', '--all')).out).toBe('There are no such chores.\n')
  })

  it('explains itself, each command by its words', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    const lines = out.split('\n')
    for (const [subject = '', verb = ''] of Object.keys(commands).map((words) => words.split(' ')))
      expect(lines.some((line) => line.includes(`voicebox ${subject} `) && line.split(/[ |]/).includes(verb))).toBe(
        true,
      )
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
