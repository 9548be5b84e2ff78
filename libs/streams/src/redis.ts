import { type Closable, Failure, type Log, newId } from '@voicebox/kernel'
import { type Channels, makeChannels } from './channels.ts'
import { type Connection, openConnection } from './connection.ts'
import { type InOrder, makeInOrder } from './in-order.ts'

/** The way to Redis. It reconnects by itself; while Redis is away, commands wait some seconds and then fail. */
export interface Redis extends Closable {
  /** Whether Redis would answer now; for readiness probes. */
  isReady(): boolean
  /** Names this handle among all others and counts its writes, so that a script can tell a write that is sent twice. */
  nextWrite(): { writer: string; write: number }
  readonly commands: Connection
  readonly channels: Channels
  readonly inOrder: InOrder
  /** Opens a connection for commands that block. The caller closes it, by `disconnect()`. */
  openBlocking(): Connection
  close(): Promise<void>
}

export interface RedisOptions {
  /** `redis://`, `rediss://`, `unix:///path` or a path. */
  url: string
  /** Shown in the server's list of clients. */
  name: string
  log: Log
  /** Ends the waiting for the first connection. */
  signal: AbortSignal
}

/** Resolves when Redis answers; until then it keeps trying. */
export async function openRedis({ url, name, log, signal }: RedisOptions): Promise<Redis> {
  const commands = openConnection({ url, name, use: 'commands', log })
  try {
    await becomesReady(commands, signal)
  } catch (error) {
    commands.disconnect()
    throw error
  }
  const channels = makeChannels(() => openConnection({ url, name, use: 'subscriber', log }), log)
  let isClosed = false
  const pulse = watchPulse(commands)
  const writer = newId('job')
  let write = 0
  return {
    isReady: () => !isClosed && commands.status === 'ready' && pulse.isFelt(),
    nextWrite: () => ({ writer, write: (write += 1) }),
    commands,
    channels,
    inOrder: makeInOrder(),
    openBlocking: () => openConnection({ url, name, use: 'blocking', log }),
    async close() {
      isClosed = true
      pulse.stop()
      channels.close()
      if (commands.status === 'ready') await commands.quit().catch(() => {})
      commands.disconnect()
    },
  }
}

/** Asks the server each second whether it is there; a connection alone does not tell. */
function watchPulse(connection: Connection): { isFelt(): boolean; stop(): void } {
  let feltAtMs = performance.now()
  const timer = setInterval(() => {
    connection.ping().then(
      () => (feltAtMs = performance.now()),
      () => {}, // the age of the last answer tells
    )
  }, pulseMs)
  timer.unref()
  return { isFelt: () => performance.now() - feltAtMs < 3 * pulseMs, stop: () => clearInterval(timer) }
}

const pulseMs = 1_000

function becomesReady(connection: Connection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new Failure('dependency', 'redis_unavailable', 'Redis was not reached in time'))
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    connection.once('ready', () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
  })
}
