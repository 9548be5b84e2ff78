import { promises as fs } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure } from '@voicebox/kernel'
import { Kysely, PostgresDialect } from 'kysely'
import { FileMigrationProvider, type MigrationResultSet, Migrator } from 'kysely/migration'
import pg from 'pg'
import { storeFailure } from './failures.ts'

export interface MigrationState {
  name: string
  /** Null: not yet. */
  appliedAt: Date | null
}

/** Changes the schema of a database as its owner. Any number may do so at a time: one does, the others find it done. */
export interface Migrations {
  list(): Promise<MigrationState[]>
  /** Applies all that are not; answers their names. A failed one leaves everything as it was. */
  up(): Promise<string[]>
  /** Takes the last one back, with what was kept in its tables; answers its name, or null where there is none. */
  down(): Promise<string | null>
}

/** Opens the database, does the work and closes it. Throws a `Failure` that a person can act on. */
export async function migrating<T>(ownerUrl: string, work: (migrations: Migrations) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {}) // the statement under way tells, or the next
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const provider = new FileMigrationProvider({ fs, path, migrationFolder, import: importPath })
  try {
    return await work(migrationsOf(new Migrator({ db, provider })))
  } catch (error) {
    throw failureFor(error)
  } finally {
    await db.destroy()
  }
}

function migrationsOf(migrator: Migrator): Migrations {
  return {
    async list() {
      const known = await migrator.getMigrations()
      return known.map(({ name, executedAt }) => ({ name, appliedAt: executedAt ?? null }))
    },
    up: async () => namesIn(await migrator.migrateToLatest()),
    down: async () => namesIn(await migrator.migrateDown())[0] ?? null,
  }
}

function namesIn({ error, results = [] }: MigrationResultSet): string[] {
  const failed = results.find(({ status }) => status === 'Error')
  if (error !== undefined) {
    const { message } = error as Error
    if (failed === undefined) throw error as Error
    throw new Failure(
      'client',
      'migration_failed',
      `Migration ${failed.migrationName} failed: ${message}${hintFor(message)}`,
      {
        cause: error,
      },
    )
  }
  return results.map(({ migrationName }) => migrationName)
}

function hintFor(message: string): string {
  if (!/permission denied to create role|must have admin option|permission denied to grant role/i.test(message))
    return ''
  return '\nLet an administrator of the server do once: create role voicebox_app nologin; grant voicebox_app to the owner of the database; create role voicebox_search nologin; grant voicebox_search to voicebox_app with inherit false.'
}

function failureFor(error: unknown): Failure {
  const failure = storeFailure(error)
  const message = error instanceof Error ? error.message : String(error)
  if (failure.kind !== 'dependency') {
    return failure.kind === 'client' ? failure : new Failure('client', 'migration_failed', message, { cause: error })
  }
  return new Failure('dependency', 'database_failed', `Postgres cannot be used: ${message}`, { cause: error })
}

const migrationFolder = fileURLToPath(new URL('../../../migrations/', import.meta.url))
const importPath = (file: string): Promise<unknown> => import(pathToFileURL(file).href)
