import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisProcess } from './redis-process.ts'

/** A real Redis of its own, one server or a cluster. What it keeps is in a folder that `close` removes. */
export interface TestRedis {
  readonly url: string
  /** Kills the server; of a cluster the node that has `key`, or all. What it had not stored is lost. */
  stop(key?: string): Promise<void>
  /** Starts what is down at the same URL: with its data if it is persistent, else empty. */
  start(): Promise<void>
  /** First the one, then the other. */
  restart(key?: string): Promise<void>
  /** Lets what `stop` would kill stand still until `resume`, with all connections open. */
  pause(key?: string): Promise<void>
  resume(): Promise<void>
  /** Moves the slot of a key, with all that is in it, to another node of a cluster. */
  move(key: string): Promise<void>
  /** Sends a command to every node, such as `FLUSHALL`, `SCRIPT FLUSH` or `CLIENT KILL TYPE pubsub`. */
  each(...command: [string, ...string[]]): Promise<unknown[]>
  /** The names of all keys, of every node. */
  keys(pattern?: string): Promise<string[]>
  close(): Promise<void>
}

export interface StartRedisOptions {
  /** Every write survives `stop`. */
  persistent?: boolean
}

/** Starts the system's `redis-server` on a unix socket and resolves when it answers. */
export async function startRedis({ persistent = false }: StartRedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-redis-'))
  const socket = join(folder, 'redis.sock')
  const settings = { port: '0', unixsocket: socket, dir: folder, ...storage(persistent) }
  const server = redisProcess({ settings, at: { path: socket } })
  const close = async (): Promise<void> => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await server.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `unix://${socket}`,
    stop: () => server.stop(),
    start: () => server.start(),
    async restart() {
      await server.stop()
      await server.start()
    },
    pause: async () => server.pause(),
    resume: async () => server.resume(),
    move: async () => {},
    each: async (...command) => [await server.ask(...command)],
    keys: async (pattern = '*') => (await server.ask('KEYS', pattern)) as string[],
    close,
  }
}

export function storage(persistent: boolean): Record<string, string> {
  return persistent ? { appendonly: 'yes', appendfsync: 'always' } : { appendonly: 'no' }
}
