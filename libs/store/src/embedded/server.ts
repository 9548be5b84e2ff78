import { type ChildProcess, spawn } from 'node:child_process'
import { type Closable, Failure, sleep } from '@voicebox/kernel'
import { ensureCluster, serverEnv } from './cluster.ts'
import { endOrphans } from './orphans.ts'
import { type Place, preparePlace } from './place.ts'
import { findPrograms } from './programs.ts'
import { reachablePrograms } from './reach.ts'
import { ensureRoles, isAnswering } from './roles.ts'
import { serverUser } from './server-user.ts'

export interface ServerOptions {
  /** Where it keeps everything; no other server may use it at the same time. */
  folder: string
  /** Whether what was committed survives a power cut. */
  isDurable?: boolean
  /** Whether what it says goes to this process's output. */
  isHeard?: boolean
  /** Gives the starting up. */
  signal: AbortSignal
}

/** A PostgreSQL server of our own, which answers. */
export interface Server extends Closable, Pick<Place, 'url' | 'ownerUrl' | 'socketDir'> {
  readonly pid: number
  readonly dataDir: string
  /** Rejects when it ends by itself. */
  readonly ended: Promise<never>
  /** Ends it in good order, or at once where that takes too long. */
  close(): Promise<void>
}

/**
 * Starts PostgreSQL on a folder, from the programs that npm brought, and resolves when it has the database and the roles of
 * the application. It listens on a socket in a private folder, and nowhere else. Null: the signal was aborted before.
 */
export async function startServer({
  folder,
  isDurable = true,
  isHeard = true,
  signal,
}: ServerOptions): Promise<Server | null> {
  const user = serverUser()
  const { initdb, postgres } = reachablePrograms(await findPrograms(), user)
  const { home, socketDir, url, ownerUrl } = preparePlace(folder, user)
  const dataDir = await ensureCluster(home, { initdb, user, isDurable })
  await endOrphans(dataDir, signal)
  if (signal.aborted) return null
  const child = spawn(postgres, serverArguments({ dataDir, socketDir, isDurable }), {
    ...user,
    cwd: home,
    env: serverEnv,
    stdio: isHeard ? ['ignore', 'inherit', 'inherit'] : 'ignore',
  })
  const ended = endOf(child)
  const close = (): Promise<void> => leave(child, ended)
  try {
    await Promise.race([becomesReady(ownerUrl, signal), ended])
    if (!signal.aborted) await Promise.race([ensureRoles(ownerUrl), ended])
  } catch (error) {
    await close()
    throw error
  }
  if (!signal.aborted) return { pid: child.pid ?? 0, dataDir, socketDir, url, ownerUrl, ended, close }
  await close()
  return null
}

function serverArguments({
  dataDir,
  socketDir,
  isDurable,
}: {
  dataDir: string
  socketDir: string
  isDurable: boolean
}): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: isDurable ? '64MB' : '16MB',
    max_wal_size: '256MB',
    log_min_messages: 'warning',
    log_line_prefix: '',
    ...(isDurable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  }
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Rejects when the server ends, whatever the reason: nobody but us may end it. */
function endOf(child: ChildProcess): Promise<never> {
  const ended = new Promise<never>((_resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Failure('dependency', 'postgres_failed', `PostgreSQL ended by itself (${why})`))
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(signal ?? `exit code ${code ?? '?'}`))
  })
  ended.catch(() => {}) // it also ends when we leave, and then nobody waits for it
  return ended
}

/** Asks until it answers, however long it takes to recover what a crash left. */
async function becomesReady(ownerUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isAnswering(ownerUrl))) await sleep(20, signal)
}

/** SIGINT ends its connections and saves; SIGQUIT leaves that to the next start. */
async function leave(child: ChildProcess, ended: Promise<never>): Promise<void> {
  child.kill('SIGINT')
  const hurry = setTimeout(() => child.kill('SIGQUIT'), 6_000)
  const kill = setTimeout(() => child.kill('SIGKILL'), 8_000)
  await ended.catch(() => {})
  clearTimeout(hurry)
  clearTimeout(kill)
}
