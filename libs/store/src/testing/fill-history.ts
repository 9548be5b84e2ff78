import pg from 'pg'

/** How a filled history is spread: a tenth of the sessions are of `big`, the rest of `t0` to `t199`. */
export const itemsInSession = 200

/** The session of this number, as `fillHistory` makes it. */
export function filledSession(number: number): { tenantId: string; sessionId: string } {
  return { tenantId: number % 10 === 0 ? 'big' : `t${number % 200}`, sessionId: `sess_${number}` }
}

/**
 * Puts so many items of ten words into an empty history, as its owner (a superuser), and builds the indexes after it. The words
 * are `w0` to `w19999`, those of low numbers more often; `rare` is in one of ten thousand items.
 */
export async function fillHistory(ownerUrl: string, items: number): Promise<void> {
  const client = new pg.Client(ownerUrl)
  await client.connect()
  try {
    await client.query(`set maintenance_work_mem = '1GB'; set synchronous_commit = off`)
    const indexes = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = 'conversation_items' and indexname not like '%pkey'`,
    )
    for (const { name } of indexes.rows) await client.query(`drop index ${name}`)
    const word = `'w' || floor(20000 * random() ^ 3)::int`
    const text = `concat_ws(' ', ${Array(9).fill(word).join(', ')}, case when n % 10000 = 7 then 'rare' end)`
    for (let from = 0; from < items; from += batch) {
      const to = Math.min(items, from + batch) - 1
      await client.query(`
        insert into conversation_items (tenant_id, session_id, item_id, number, position, item, words, created_at)
        select case when s % 10 = 0 then 'big' else 't' || s % 200 end, 'sess_' || s, 'item_' || n, n, n % ${itemsInSession} * 1000,
          jsonb_build_object('id', 'item_' || n, 'type', 'message', 'text', words), words, '2026-01-01'::timestamptz + n * interval '1 second'
        from (select n, n / ${itemsInSession} as s, ${text} as words from generate_series(${from}, ${to}) as n) as made`)
    }
    for (const { definition } of indexes.rows) await client.query(definition.replace(' ON ONLY ', ' ON '))
    await client.query('vacuum (analyze) conversation_items')
  } finally {
    await client.end()
  }
}

const batch = 250_000

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
