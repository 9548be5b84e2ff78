import { Failure } from '@voicebox/kernel'
import pg from 'pg'
import { appLogin, database } from './place.ts'

/** Whether the server takes connections. */
export async function isAnswering(ownerUrl: string): Promise<boolean> {
  try {
    await asking(ownerUrl, async () => {})
    return true
  } catch {
    return false
  }
}

/** Makes the database, and the role that the application logs in as: neither superuser nor owner of anything. */
export async function ensureRoles(ownerUrl: string): Promise<void> {
  try {
    await asking(ownerUrl, async (client) => {
      const roles = new Set(
        (await client.query<{ rolname: string }>('select rolname from pg_roles')).rows.map((one) => one.rolname),
      )
      if (!roles.has('voicebox_app')) await client.query('create role voicebox_app nologin')
      if (!roles.has(appLogin))
        await client.query(`create role ${appLogin} login nosuperuser nobypassrls in role voicebox_app`)
      const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
      if (rowCount === 0) await client.query(`create database ${database}`)
    })
  } catch (cause) {
    throw new Failure('dependency', 'postgres_failed', 'PostgreSQL does not take its roles', { cause })
  }
}

/** Through the database that every server has. */
async function asking<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: ownerUrl.replace(`@/${database}?`, '@/postgres?'),
    connectionTimeoutMillis: 2_000,
    query_timeout: 20_000,
  })
  client.on('error', () => {}) // the question under way tells
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
