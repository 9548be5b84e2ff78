import { silentLog } from '@voicebox/kernel'
import { listAudit } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { openChores } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runChoresCommand } from './chores.ts'

describe('npm run chores', { timeout: 60_000 }, () => {
  const server = useRedis('one server', { each: true })
  const redis = server.handle()
  const postgres = usePostgres()
  const store = postgres.store()

  async function run(...args: string[]): Promise<{ code: number; said: string }> {
    let said = ''
    const add = (text: string): void => void (said += text)
    const env = { REDIS_URL: server.url, DATABASE_URL: postgres.url }
    const code = await runChoresCommand(args, env, { write: add, complain: add })
    return { code, said }
  }

  it('asks for deletions, which the audit log tells, and lists, hastens and drops chores', async () => {
    const asked = await run('delete', '--tenant', 'acme', '--session', 'sess_1', '--item', 'item_1')
    expect(asked).toMatchObject({ code: 0, said: expect.stringMatching(/^deletion\.\d{16}\.acme\./) as string })
    const [id = ''] = asked.said.split(' ')
    expect(await listAudit(store, 'acme')).toMatchObject([
      { action: 'deletion.asked', actor: 'operator', subject: 'sess_1', details: { kind: 'item', itemId: 'item_1' } },
    ])
    expect((await run('list', '--tenant', 'acme')).said).toContain(`${id}  waiting`)
    expect((await run('list', '--tenant', 'other')).said).toBe('There are no such chores.\n')
    expect(JSON.parse((await run('list', '--kind', 'deletion', '--json')).said)).toMatchObject([
      { id, tenantId: 'acme' },
    ])
    expect(await run('retry', id)).toMatchObject({ code: 1 })
    expect(await run('drop', id)).toEqual({ code: 0, said: `${id}  thrown away\n` })
    expect(await run('drop', id)).toMatchObject({ code: 1 })
  })

  it('lists what the webhooks of a tenant could not be told', async () => {
    const chores = openChores(redis, { log: silentLog })
    onTestFinished(() => chores.close())
    const event = { id: 'evt_1', object: 'event', type: 'session.ended', created_at: 1, data: {} } as const
    await chores.add({ kind: 'webhook', tenantId: 'acme', webhookId: null, event }, { atMs: 1, name: 'evt_1' })
    expect((await run('list', '--state', 'waiting')).said).toContain('webhook.0000000000000001.acme.evt_1')
  })

  it.each([
    [[], /What shall be done/],
    [['delete'], /Whose history/],
    [['delete', '--tenant', 'a', '--item', 'i'], /Of which session/],
    [['delete', '--tenant', 'a', '--session', 'x'], /no session's id/],
    [['list', '--state', 'lost'], /--state is one of/],
    [['retry'], /Which chores/],
    [['sing'], /no command sing/],
  ])('says what is wrong with %j', async (args, why) => {
    const { code, said } = await run(...args)
    expect(code).toBe(2)
    expect(said).toMatch(why)
  })
})
