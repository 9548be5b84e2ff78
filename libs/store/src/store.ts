import type { Closable, Log } from '@voicebox/kernel'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import { storeFailure } from './failures.ts'
import { openPool } from './pool.ts'
import { watchPulse } from './pulse.ts'
import type { Schema } from './schema.ts'

/** A transaction that sees what it may and nothing else, whatever its statements leave out. */
export type Within = Transaction<Schema>

/**
 * The way to Postgres. All that is done is done in a transaction that says for whom: row-level security lets it see no more,
 * and it runs as a role that cannot get round that, whoever has logged in. What goes wrong is a `Failure`: of kind
 * `dependency` where Postgres is away or slow, and within a bounded time.
 */
export interface Store extends Closable {
  /** Sees and changes what is this tenant's. */
  asTenant<T>(tenantId: string, work: (within: Within) => Promise<T>): Promise<T>
  /** Sees the keys of these prefixes, and which tenants have them; changes nothing. */
  forPresented<T>(prefixes: readonly string[], work: (within: Within) => Promise<T>): Promise<T>
  /** Sees and changes the list of tenants, for whoever runs the installation; and what is this tenant's, if one is named. */
  asOperator<T>(work: (within: Within) => Promise<T>, tenantId?: string): Promise<T>
  /** Whether Postgres would answer now. */
  isReady(): boolean
  close(): Promise<void>
}

export interface StoreOptions {
  /** `postgres://`, or with a socket's folder: `postgres://user@/database?host=/folder`. */
  url: string
  /** Shown in the server's list of connections. */
  name: string
  log: Log
  maxConnections?: number
}

/** Opens the way to Postgres without waiting for it: whoever needs it asks `isReady`, or sees what fails. */
export function openStore({ url, name, log, maxConnections = 8 }: StoreOptions): Store {
  const pool = openPool({ url, name, log, maxConnections })
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  const pulse = watchPulse({ ask: () => pool.query('select 1'), log })

  /** As what is set, which the role may see. It ends with the transaction, and so never reaches who has the connection next. */
  async function within<T>(settings: Record<string, string>, work: (within: Within) => Promise<T>): Promise<T> {
    const whose = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true)`)
    try {
      return await db.transaction().execute(async (transaction) => {
        await sql`select set_config('role', 'voicebox_app', true), ${sql.join(whose)}`.execute(transaction)
        return work(transaction)
      })
    } catch (error) {
      throw storeFailure(error)
    }
  }

  return {
    asTenant: (tenantId, work) => within({ 'voicebox.tenant': tenantId }, work),
    forPresented: (prefixes, work) => within({ 'voicebox.presented': prefixes.join(',') }, work),
    asOperator: (work, tenantId = '') => within({ 'voicebox.operator': 'on', 'voicebox.tenant': tenantId }, work),
    isReady: () => pulse.isAlive(),
    async close() {
      pulse.close()
      await pool.end()
    },
  }
}
