import type { Log } from '@voicebox/kernel'
import pg from 'pg'

/** Connections to a server that may come and go. No question waits for longer than seconds. */
export function openPool({
  url,
  name,
  log,
  maxConnections,
}: {
  url: string
  name: string
  log: Log
  maxConnections: number
}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max: maxConnections,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    statement_timeout: patienceMs,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    allowExitOnIdle: true,
  })
  const note = (error: Error): void => log.debug({ reason: error.message }, 'A connection to Postgres was lost')
  // a connection that breaks while nobody uses it is replaced when somebody does
  pool.on('error', note)
  // while somebody has it, between two of his statements, only the connection itself tells; the next statement fails
  pool.on('connect', (client) => client.on('error', note))
  return pool
}

/** A server that takes longer counts as away. */
const patienceMs = 1_500
