import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { supervise } from '../supervise/supervise.ts'
import { isGone, makeTempDir, until } from '../testing/processes.ts'
import { askRedis, redisSocketPath } from './redis-socket.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

describe('the embedded Redis', () => {
  it('keeps what was written over a restart', async () => {
    const dataDir = makeTempDir()
    const first = await startRedis(dataDir)
    redis(first.socket, 'SET', 'greeting', 'hello')
    await first.close()
    expect(await askRedis(first.socket)).toBe('absent')
    const second = await startRedis(dataDir)
    expect(redis(second.socket, 'GET', 'greeting')).toBe('hello')
  })

  it('ends a server that has lost its keeper, and goes on with its data', async () => {
    const dataDir = makeTempDir()
    const socket = redisSocketPath(join(dataDir, 'redis'))
    const keeper = spawn(process.execPath, [entry], {
      env: { ...process.env, VOICEBOX_DATA_DIR: dataDir },
      stdio: 'ignore',
    })
    await until(async () => (await askRedis(socket)) === 'ready')
    redis(socket, 'SET', 'greeting', 'hello')
    const orphanPid = pidOf(socket)
    keeper.kill('SIGKILL')
    await once(keeper, 'exit')
    expect(isGone(orphanPid)).toBe(false)
    await startRedis(dataDir)
    expect(isGone(orphanPid)).toBe(true)
    expect(redis(socket, 'GET', 'greeting')).toBe('hello')
  })

  it('is started again when it dies', async () => {
    const { socket } = await startRedis(makeTempDir())
    const serverPid = pidOf(socket)
    process.kill(serverPid, 'SIGKILL')
    await until(async () => isGone(serverPid) && (await askRedis(socket)) === 'ready')
  })

  it('writes every change to its file and drops nothing for want of memory', async () => {
    const { socket } = await startRedis(makeTempDir())
    const settings = ['appendonly', 'appendfsync', 'maxmemory-policy', 'port']
    expect(settings.map((name) => redis(socket, 'CONFIG', 'GET', name).split('\n')[1])).toEqual([
      'yes',
      'everysec',
      'noeviction',
      '0',
    ])
  })

  it('listens in a private folder of the system when the path of its own is too long for a socket', async () => {
    const dataDir = join(makeTempDir(), 'x'.repeat(120))
    mkdirSync(dataDir)
    const { socket } = await startRedis(dataDir)
    expect(Buffer.byteLength(socket)).toBeLessThan(100)
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700)
    expect(redis(socket, 'PING')).toBe('PONG')
  })
})

async function startRedis(dataDir: string) {
  const socket = redisSocketPath(join(dataDir, 'redis'))
  const supervised = supervise(
    { name: 'redis', entry, env: () => ({ ...process.env, VOICEBOX_DATA_DIR: dataDir }) },
    { onLine: () => {} },
    new AbortController().signal,
  )
  onTestFinished(() => supervised.close())
  await supervised.started
  return { socket, close: () => supervised.close() }
}

function redis(socket: string, ...command: string[]): string {
  return execFileSync('redis-cli', ['-s', socket, ...command], { encoding: 'utf8' }).trim()
}

const pidOf = (socket: string): number => Number(/process_id:(\d+)/.exec(redis(socket, 'INFO', 'server'))?.[1])
