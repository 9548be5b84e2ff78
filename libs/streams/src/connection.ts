import type { Log } from '@voicebox/kernel'
import { type Cluster, Redis as Connection, type RedisCommander } from 'ioredis'
import { writeTogether } from './write-together.ts'

export type { Connection }

/**
 * How a connection meets an outage. `commands` are kept for seconds and sent again; `blocking` ones fail at once; a `library` that
 * waits by itself gets its answers when the server is back, or an error in its time.
 */
export type Use = 'commands' | 'subscriber' | 'blocking' | 'library'

/** Every command of Redis, to one server or to the nodes that have the keys. */
export type Commands = RedisCommander<{ type: 'default'; mapping: 'resp2' }>

/** What a command can be sent through. */
export interface Sender {
  callBuffer(command: string, ...args: (string | number | Buffer)[]): Promise<unknown>
}

/** Opens a connection to a server, which reconnects by itself until it is disconnected. It does not wait for the server. */
export function openConnection({ url, name, use, log }: { url: string; name: string; use: Use; log: Log }): Connection {
  const connection = new Connection(url, {
    connectionName: `${name}:${use}`,
    protocol: 2, // one reply shape on every server
    disableClientInfo: true,
    autoResubscribe: false, // channels.ts does, because it must know when that is done
    retryStrategy: reconnectAfterMs,
    socketTimeout: 15_000, // a server that is gone without a word; no command blocks for longer
    ...waits[use],
  })
  tellOutages(connection, `${name}:${use}`, log)
  if (use === 'commands') writeTogether(connection)
  if (use === 'subscriber') keepAsking(connection)
  return connection
}

/** Lets a connection that only listens notice a server that is gone without a word: what is asked must be answered. */
function keepAsking(connection: Connection): void {
  const timer = setInterval(() => {
    if (connection.status === 'ready') connection.ping().catch(() => {}) // the connection is closed then
  }, 5_000)
  timer.unref()
  connection.once('end', () => clearInterval(timer))
}

export const commandTimeoutMs = 10_000

const patient = { maxRetriesPerRequest: 20, commandTimeout: commandTimeoutMs }
const waits = {
  commands: patient,
  subscriber: patient,
  blocking: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  library: { maxRetriesPerRequest: null, commandTimeout: 20_000 }, // its commands may block for half as long
} as const satisfies Record<Use, object>

export function reconnectAfterMs(attempt: number): number {
  return Math.min(20 * 2 ** Math.min(attempt, 6), 500)
}

/** Logs that a connection failed and that it is back, once each. */
export function tellOutages(connection: Connection | Cluster, name: string, log: Log): void {
  let isDown = false
  connection.on('error', (error: Error) => {
    if (!isDown) log.warn({ connection: name, reason: error.message }, 'Redis connection failed')
    isDown = true
  })
  connection.on('ready', () => {
    if (isDown) log.info({ connection: name }, 'Redis connection is back')
    isDown = false
  })
}
