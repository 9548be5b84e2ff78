import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A real Redis of its own, on a unix socket in a folder that `close` removes. */
export interface TestRedis {
  readonly url: string
  /** Kills the server. What it had not stored is lost. */
  stop(): Promise<void>
  /** Starts it again at the same URL: with its data if it is persistent, else empty. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts the system's `redis-server` and resolves when it answers. `persistent`: every write survives `stop`. */
export async function startRedis({ persistent = false }: { persistent?: boolean } = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-redis-'))
  const socket = join(folder, 'redis.sock')
  const storage = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const args = [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--dir',
    folder,
    '--save',
    '',
    '--loglevel',
    'warning',
    ...storage,
  ]
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    server = spawn('redis-server', args, { stdio: 'ignore' })
    const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error))
    await Promise.race([failed, answers(socket)])
    failed.catch(() => {})
  }

  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  try {
    await start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    url: `unix://${socket}`,
    stop,
    async restart() {
      await stop()
      await start()
    },
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(socket: string): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (await ping(socket)) return
    await wait(10)
  }
  throw new Error('redis-server did not answer')
}

function ping(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect({ path })
    const answer = (isUp: boolean): void => {
      client.destroy()
      resolve(isUp)
    }
    client.setTimeout(1_000, () => answer(false))
    client.on('error', () => answer(false))
    client.on('connect', () => client.write('PING\r\n'))
    client.on('data', (reply) => answer(reply.toString().startsWith('+PONG')))
  })
}
