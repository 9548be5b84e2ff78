import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '@voicebox/kernel'

/** The kernel takes about 108 bytes; Redis and its clients need a few for themselves. */
const maxPathBytes = 100

/** Where the embedded Redis listens: in its folder, or where that path is too long in a private one below the system's own. */
export function redisSocketPath(redisDir: string): string {
  const path = join(redisDir, 'redis.sock')
  if (Buffer.byteLength(path) <= maxPathBytes) return path
  const name = `voicebox-${createHash('sha256').update(redisDir).digest('hex').slice(0, 16)}`
  return join(tmpdir(), name, 'redis.sock')
}

/** Makes the socket's folder, and refuses one that another user might have put there. */
export function ensureSocketDir(socketPath: string): void {
  const folder = dirname(socketPath)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stats = lstatSync(folder)
  const isOurs = stats.isDirectory() && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0
  if (!isOurs)
    throw new Failure('client', 'invalid_configuration', `${folder} must be a folder that only this user can enter.`)
}

export type RedisAnswer = 'ready' | 'loading' | 'absent'

/** Asks the server behind the socket whether it serves yet. */
export async function askRedis(socketPath: string): Promise<RedisAnswer> {
  const answer = await exchange(socketPath, 'PING\r\n')
  if (answer === undefined) return 'absent'
  return answer.startsWith('+PONG') ? 'ready' : 'loading'
}

/** Tells the server behind the socket to save and leave. */
export async function shutDownRedis(socketPath: string): Promise<void> {
  await exchange(socketPath, 'SHUTDOWN\r\n')
}

/** One command and the first of its answer; undefined: nobody listens, or it closed without an answer. */
function exchange(socketPath: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write(command))
    socket.setTimeout(2_000, () => socket.destroy())
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(undefined))
  })
}
