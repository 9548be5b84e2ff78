import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type NetConnectOpts, connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis as Connection } from 'ioredis'

/** One `redis-server`, which may be killed and started again. */
export interface RedisProcess {
  /** Resolves when it answers, with what it had stored. Harmless while it runs. */
  start(): Promise<void>
  readonly isRunning: boolean
  readonly isPaused: boolean
  /** Kills it, paused or not. */
  stop(): Promise<void>
  /** Lets it stand still with all its connections open, as a machine does that has no time. */
  pause(): void
  resume(): void
  /** Sends a command over a connection of its own. */
  ask(...command: [string, ...string[]]): Promise<unknown>
}

/** `settings` are those of redis.conf; `at` is where they make it listen. */
export function redisProcess({
  settings,
  at,
}: {
  settings: Record<string, string>
  at: { path: string } | { host: string; port: number }
}): RedisProcess {
  const always = { save: '', loglevel: 'warning' }
  const args = Object.entries({ ...always, ...settings }).flatMap(([name, value]) => [`--${name}`, value])
  let server: ChildProcess | undefined
  let isPaused = false
  return {
    get isPaused() {
      return isPaused
    },
    get isRunning() {
      return server !== undefined && server.exitCode === null && server.signalCode === null
    },
    async start() {
      if (this.isRunning) return
      isPaused = false
      server = spawn('redis-server', args, { stdio: 'ignore' })
      const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error))
      const left = once(server, 'exit').then(() => Promise.reject(new Error('redis-server ended')))
      await Promise.race([failed, left, answers(at)])
      for (const unwanted of [failed, left]) unwanted.catch(() => {})
    },
    async stop() {
      if (server === undefined || !this.isRunning) return
      const exited = once(server, 'exit')
      server.kill('SIGKILL')
      await exited
    },
    pause() {
      isPaused = server?.kill('SIGSTOP') === true
    },
    resume() {
      server?.kill('SIGCONT')
      isPaused = false
    },
    async ask(...[name, ...rest]) {
      const connection = new Connection({ ...at, protocol: 2, retryStrategy: () => null })
      try {
        return await connection.call(name, ...rest)
      } finally {
        connection.disconnect()
      }
    },
  }
}

async function answers(at: NetConnectOpts): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (await ping(at)) return
    await wait(10)
  }
  throw new Error('redis-server did not answer')
}

function ping(at: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(at)
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
