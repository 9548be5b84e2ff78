import { Failure, type Log } from '@voicebox/kernel'
import { Redis as Connection } from 'ioredis'

export type { Connection }

/** How a connection meets an outage. `commands` are kept for seconds and sent again; `blocking` ones fail at once. */
type Use = 'commands' | 'subscriber' | 'blocking'

/** Opens a connection that reconnects by itself until it is disconnected. It does not wait for the server. */
export function openConnection({ url, name, use, log }: { url: string; name: string; use: Use; log: Log }): Connection {
  const connection = new Connection(target(url), {
    connectionName: `${name}:${use}`,
    protocol: 2, // one reply shape on every server
    disableClientInfo: true,
    autoResubscribe: false, // channels.ts does, because it must know when that is done
    retryStrategy: (attempt) => Math.min(20 * 2 ** Math.min(attempt, 6), 500),
    socketTimeout: 15_000, // a server that is gone without a word; no command blocks for longer
    ...(use === 'blocking'
      ? { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false }
      : { maxRetriesPerRequest: 20, commandTimeout: 10_000 }),
  })
  let isDown = false
  connection.on('error', (error: Error) => {
    if (!isDown) log.warn({ connection: `${name}:${use}`, reason: error.message }, 'Redis connection failed')
    isDown = true
  })
  connection.on('ready', () => {
    if (isDown) log.info({ connection: `${name}:${use}` }, 'Redis connection is back')
    isDown = false
  })
  return connection
}

/** `redis://`, `rediss://`, `unix:///path` or a path. */
function target(url: string): string {
  if (url.startsWith('unix://')) return url.slice('unix://'.length)
  if (/^(rediss?:\/\/|\/(?!\/))/.test(url)) return url
  throw new Failure('client', 'invalid_redis_url', 'A Redis URL begins with redis://, rediss://, unix:/// or /')
}
