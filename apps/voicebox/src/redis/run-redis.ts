import { type ChildProcess, spawn } from 'node:child_process'
import { loadConfig } from '@voicebox/config'
import { Failure, aborted, sleep } from '@voicebox/kernel'
import type { RunApp } from '@voicebox/telemetry'
import { openDataDir } from '../data-dir/data-dir.ts'
import { askRedis, ensureSocketDir, redisSocketPath, shutDownRedis } from './redis-socket.ts'

/**
 * Runs redis-server on the data directory and leaves only after it. It is a process of its own because it must outlive
 * the launcher by a moment: when the launcher dies, however it dies, this one ends redis-server in good order.
 */
export const runRedis: RunApp = async (env, signal, ready) => {
  const redisDir = openDataDir(loadConfig(env, ['dataDir']).config.dataDir).redis
  const socketPath = redisSocketPath(redisDir)
  ensureSocketDir(socketPath)
  await endOrphan(socketPath, signal)
  if (signal.aborted) return

  const server = spawn('redis-server', serverArguments(redisDir, socketPath), {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const gone = endOf(server)
  try {
    await Promise.race([untilReady(socketPath, signal), gone])
    if (!signal.aborted)
      ready({ kind: 'ready', summary: `redis-server (process ${server.pid ?? '?'}) on ${socketPath}` })
    await Promise.race([aborted(signal), gone])
  } finally {
    await leave(server, gone)
  }
}

function serverArguments(redisDir: string, socketPath: string): string[] {
  return Object.entries({
    port: '0',
    unixsocket: socketPath,
    unixsocketperm: '700',
    dir: redisDir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    'always-show-logo': 'no',
    daemonize: 'no',
  }).flatMap(([name, value]) => [`--${name}`, value])
}

/** Ends a redis-server that lost its keeper: two servers on one append-only file would destroy it. */
async function endOrphan(socketPath: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 100 && !signal.aborted; attempt += 1) {
    if ((await askRedis(socketPath)) === 'absent') return
    await shutDownRedis(socketPath)
    await sleep(100, signal)
  }
  if (!signal.aborted)
    throw new Failure('dependency', 'redis_in_use', `A redis-server on ${socketPath} does not leave.`)
}

/** Rejects when the server ends, whatever the reason: nobody but us may end it. */
function endOf(server: ChildProcess): Promise<never> {
  const gone = new Promise<never>((_resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT'
      reject(
        isMissing
          ? new Failure(
              'client',
              'invalid_configuration',
              'redis-server is not installed: install it (Debian: sudo apt-get install redis-server), or set REDIS_URL.',
            )
          : new Failure('dependency', 'redis_failed', `redis-server: ${error.message}`, { cause: error }),
      )
    })
    server.once('exit', (code, signal) => {
      reject(
        new Failure(
          'dependency',
          'redis_failed',
          `redis-server ended by itself (${signal ?? `exit code ${code ?? '?'}`})`,
        ),
      )
    })
  })
  gone.catch(() => {}) // it also ends when we leave, and then nobody waits for it
  return gone
}

/** Polls, because a server that loads its append-only file already listens but does not serve. */
async function untilReady(socketPath: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await askRedis(socketPath)) !== 'ready') await sleep(25, signal)
}

async function leave(server: ChildProcess, gone: Promise<never>): Promise<void> {
  server.kill('SIGTERM')
  const kill = setTimeout(() => server.kill('SIGKILL'), 8_000)
  await gone.catch(() => {})
  clearTimeout(kill)
}
