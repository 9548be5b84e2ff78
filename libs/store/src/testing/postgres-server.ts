import { mkdtemp, rm } from 'node:fs/promises'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverProcesses, signalAll } from '../embedded/orphans.ts'
import { type Server, startServer } from '../embedded/server.ts'
import { migrating } from '../migrator.ts'

/** A real Postgres of its own, with the tables of this version. What it keeps is in a folder that `close` removes. */
export interface TestPostgres {
  /** For the application. */
  readonly url: string
  /** For its owner. */
  readonly ownerUrl: string
  /** Kills the server; what was committed is there again after `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Lets all of it stand still until `resume`, with all connections open. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

export interface StartPostgresOptions {
  /** Without tables: for tests of the migrations themselves. */
  isEmpty?: boolean
}

/** Starts the server that the application brings, and resolves when its tables are there; it takes about a second. */
export async function startPostgres({ isEmpty = false }: StartPostgresOptions = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-postgres-'))
  chmodSync(folder, 0o711) // its server may run as another user
  let server: Server | null = null
  const start = async (): Promise<Server> => {
    const { signal } = new AbortController()
    server ??= await startServer({ folder: join(folder, 'postgres'), isDurable: false, isHeard: false, signal })
    if (server === null) throw new Error('Postgres was not started')
    return server
  }
  const tellAll = (name: NodeJS.Signals): void => {
    signalAll(serverProcesses(server?.dataDir ?? ''), name)
  }
  const stop = async (): Promise<void> => {
    tellAll('SIGCONT')
    if (server !== null) signalAll([server.pid], 'SIGQUIT')
    await server?.ended.catch(() => {})
    server = null
  }
  const close = async (): Promise<void> => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { url, ownerUrl } = await start()
    if (!isEmpty) await migrating(ownerUrl, (migrations) => migrations.up())
    return {
      url,
      ownerUrl,
      stop,
      start: async () => void (await start()),
      pause: () => tellAll('SIGSTOP'),
      resume: () => tellAll('SIGCONT'),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
