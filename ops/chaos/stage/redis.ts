import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sleep } from '@voicebox/kernel'

import { watchLog } from './watch-log.ts'

const run = promisify(execFile)
/** `appendfsync everysec` may leave so much to the system. */
const unsyncedMs = 1_000

/** A redis-server with the settings of the embedded one, which may be ended and started again at the same place. */
export interface StageRedis {
  readonly url: string
  /** Resolves when it is gone. It loses nothing: it hands to the system what it confirms, save while a sync is under way, which is waited for. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Ends it as the end of its machine does: what it wrote in its last second is lost too. */
  crash(): Promise<void>
  /** Resolves when it answers again, with its data. */
  start(): Promise<void>
  /** What redis-cli prints. */
  ask(...command: string[]): Promise<string>
  close(): Promise<void>
}

export async function startRedis(): Promise<StageRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-chaos-redis-'))
  const socket = join(folder, 'redis.sock')
  const settings = {
    port: '0',
    unixsocket: socket,
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  let server: ChildProcess | null = null
  const log = watchLog(join(folder, 'appendonlydir'))

  const ask = async (...command: string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-s', socket, ...command], { maxBuffer: 64 << 20 })
    return stdout.trim()
  }
  async function synced(): Promise<void> {
    const untilMs = performance.now() + 2_000
    while (performance.now() < untilMs) {
      const told = await ask('INFO', 'persistence').catch(() => '')
      if (!told.includes('aof_pending_bio_fsync:1')) return
    }
  }
  const redis: StageRedis = {
    url: `unix://${socket}`,
    ask,
    async end(signal) {
      if (server === null) return
      await synced()
      const ended = once(server, 'exit')
      server.kill(signal)
      await ended
      server = null
    },
    async start() {
      server = spawn('redis-server', args, { stdio: 'ignore' })
      const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error))
      await Promise.race([failed, answers(ask)])
      failed.catch(() => {})
    },
    async crash() {
      await redis.end('SIGKILL')
      await log.undo(unsyncedMs)
    },
    async close() {
      log.close()
      await redis.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await redis.start()
  } catch (error) {
    await redis.close()
    throw error
  }
  return redis
}

/** One that still loads its data answers, but by an error. */
async function answers(ask: StageRedis['ask']): Promise<void> {
  const untilMs = performance.now() + 30_000
  while ((await ask('PING').catch(() => '')) !== 'PONG') {
    if (performance.now() > untilMs) throw new Error('redis-server did not answer')
    await sleep(20)
  }
}
