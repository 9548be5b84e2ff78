import pg from 'pg'

/** How a filled history is spread: a tenth of the sessions are of `big`, the rest of `t0` to `t199`. */
export const itemsInSession = 200

/** The session of this number, as `fillHistory` makes it. */
export function filledSession(number: number): { tenantId: string; sessionId: string } {
  return { tenantId: number % 10 === 0 ? 'big' : `t${number % 200}`, sessionId: `sess_${number}` }
}

/**
 * Puts so many items of ten words into an empty history, as its owner (a superuser), and builds the indexes after it. The words
 * are `w0` to `w19999`, those of low numbers more often; `rare` is in one of ten thousand items. What is said repeats after
 * 99,991 items, and its text vector is made once: this database does not make those of more items that are written to it.
 */
export async function fillHistory(ownerUrl: string, items: number): Promise<void> {
  const client = new pg.Client(ownerUrl)
  await client.connect()
  try {
    await client.query(
      `set maintenance_work_mem = '2GB'; set work_mem = '256MB'; set synchronous_commit = off; set jit = off`,
    )
    const indexes = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = 'conversation_items' and indexname not like '%pkey'`,
    )
    for (const { name } of indexes.rows) await client.query(`drop index ${name}`)
    await client.query(`alter table conversation_items
      drop constraint conversation_items_pkey, alter column search drop expression`)
    await sayTexts(client, Math.min(items, texts))
    for (let from = 0; from < items; from += batch) await fill(client, from, Math.min(items, from + batch))
    await client.query(
      'drop table said; alter table conversation_items add primary key (tenant_id, session_id, item_id)',
    )
    for (const { definition } of indexes.rows) await client.query(definition.replace(' ON ONLY ', ' ON '))
    await client.query('vacuum (analyze) conversation_items')
  } finally {
    await client.end()
  }
}

/** A prime number, so that each tenant says all of it in turn. */
const texts = 99_991
const batch = 500_000

async function sayTexts(client: pg.Client, count: number): Promise<void> {
  const word = `'w' || floor(20000 * random() ^ 3)::int`
  await client.query(`
    create unlogged table said as
    select k, words, jsonb_build_object('type', 'message', 'text', words) as item, to_tsvector('pg_catalog.simple', words) as search
    from (select k, concat_ws(' ', ${Array(9).fill(word).join(', ')}) as words from generate_series(0, ${count - 1}) as k) as made`)
  await client.query('analyze said')
}

async function fill(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query(`
    insert into conversation_items (tenant_id, session_id, item_id, number, position, item, words, search, created_at)
    select tenant, 'sess_' || n / ${itemsInSession}, 'item_' || n, n, n % ${itemsInSession} * 1000, item,
      case when isRare then words || ' rare' else words end,
      array_to_tsvector(case when isRare then array['tenant ' || tenant, 'rare'] else array['tenant ' || tenant] end) || search,
      '2026-01-01'::timestamptz + n * interval '1 second'
    from (
      select n, n % (select count(*) from said) as k, n % 10000 = 7 as isRare,
        case when n / ${itemsInSession} % 10 = 0 then 'big' else 't' || n / ${itemsInSession} % 200 end as tenant
      from generate_series(${from}, ${to - 1}) as n
    ) as numbered join said using (k)`)
}

/** The plans, with what they took, of each question about items that the work asks; each is asked once more for it. */
export async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const plans: string[] = []
  const ask = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => Promise<unknown>
  const asking = async function (this: pg.Client, ...args: unknown[]): Promise<unknown> {
    const [text] = args
    if (typeof text === 'string' && /^select .*"conversation_items"/s.test(text)) {
      const { rows } = (await ask.call(this, `explain (analyze, buffers, costs off) ${text}`, args[1])) as {
        rows: Record<string, string>[]
      }
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
    }
    return ask.call(this, ...args)
  }
  pg.Client.prototype.query = asking as unknown as typeof pg.Client.prototype.query
  try {
    await work()
    return plans
  } finally {
    pg.Client.prototype.query = ask as unknown as typeof pg.Client.prototype.query
  }
}
