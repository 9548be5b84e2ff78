import { describe, expect, it } from 'vitest'
import { migrating } from './index.ts'
import { startPostgres, usePostgres } from './testing/index.ts'
import pg from 'pg'

const names = ['0001-tenants', '0002-history', '0003-history-reads', '0004-profiles', '0005-audit-retention']

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

describe('Migrations', () => {
  const postgres = usePostgres({ isEmpty: true })

  it('go up, all the way down and up again, and know where they are', async () => {
    await migrating(postgres.ownerUrl, async (migrations) => {
      expect((await migrations.list()).map(({ appliedAt }) => appliedAt)).toEqual(names.map(() => null))
      expect(await migrations.up()).toEqual(names)
      expect(await migrations.up()).toEqual([])
      for (const name of names.toReversed()) expect(await migrations.down()).toBe(name)
      expect(await migrations.down()).toBeNull()
    })
    const tables = "select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'"
    expect(await ask(postgres.ownerUrl, tables)).toEqual([])
    expect(await migrating(postgres.ownerUrl, ({ up }) => up())).toEqual(names)
  })

  it('run once, however many start at a time', async () => {
    await migrating(postgres.ownerUrl, async ({ down }) => void (await down()))
    const applied = await Promise.all([1, 2, 3].map(() => migrating(postgres.ownerUrl, ({ up }) => up())))
    expect(applied.flat()).toEqual(names.slice(-1))
  })

  it('close every table of tenants to its owner too, and every partition to all', async () => {
    const open = await ask(
      postgres.ownerUrl,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname not like 'kysely_%' and not (relrowsecurity and relforcerowsecurity)`,
    )
    expect(open).toEqual([])
    const partitioned = await ask(
      postgres.ownerUrl,
      'select partrelid::regclass::text as name, partstrat from pg_partitioned_table order by 1',
    )
    expect(partitioned).toEqual(
      ['audit_logs', 'conversation_items', 'responses', 'sessions', 'usage', 'usage_days'].map((name) => ({
        name,
        partstrat: 'h',
      })),
    )
  })

  it.each([
    [`select item from conversation_items where tenant_id = 'a' and session_id = 's' order by position desc limit 100`],
    [`select counts from usage where tenant_id = 'a' and day between '2026-01-01' and '2026-02-01'`],
    [`select * from audit_logs where tenant_id = 'a' and at > '2026-01-01' order by at desc limit 100`],
    [`select * from api_keys where prefix = 'sk-vb-0'`],
  ])('make an index for: %s', async (text) => {
    const rows = await explain(text)
    expect(rows).toMatch(/Index (Only )?Scan|Bitmap Index Scan/)
    expect(rows).not.toMatch(/Seq Scan|Append/)
  })

  async function explain(text: string): Promise<string> {
    const client = new pg.Client(postgres.ownerUrl)
    await client.connect()
    try {
      await client.query('set enable_seqscan = off')
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    } finally {
      await client.end()
    }
  }

  it('say what is wrong with a server that is not there, or that refuses', async () => {
    const nowhere = migrating('postgres://nobody@127.0.0.1:1/none', ({ list }) => list())
    await expect(nowhere).rejects.toMatchObject({
      kind: 'dependency',
      message: expect.stringMatching(/ECONNREFUSED/) as string,
    })
    const powerless = migrating(postgres.url, async ({ down }) => down())
    await expect(powerless).rejects.toMatchObject({ message: expect.stringMatching(/permission denied/) as string })
  })
})

it('A server of its own is gone with its folder', async () => {
  const server = await startPostgres({ isEmpty: true })
  await server.close()
  await expect(ask(server.url, 'select 1')).rejects.toThrow()
})
