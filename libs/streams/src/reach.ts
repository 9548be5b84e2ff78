import { Failure, type Log } from '@voicebox/kernel'
import type { Cluster } from 'ioredis'
import { openCluster } from './cluster.ts'
import { type Connection, openConnection } from './connection.ts'
import { serversOf } from './redis-url.ts'
import { modeOf } from './server-mode.ts'
import { type Shards, oneShard } from './shards.ts'

export interface Reached {
  commands: Connection | Cluster
  shards: Shards
}

interface ReachOptions {
  url: string
  name: string
  log: Log
  signal: AbortSignal
}

/** Asks whichever server answers first what it is, and goes on from there. Until one does, it keeps trying. */
export async function reach({ url, name, log, signal }: ReachOptions): Promise<Reached> {
  const servers = serversOf(url)
  const doors = servers.map((server) => ({
    server,
    connection: openConnection({ url: server, name, use: 'commands', log }),
  }))
  let kept: Connection | undefined
  try {
    const first = await Promise.race(doors.map((door) => becomesReady(door.connection, signal).then(() => door)))
    if ((await modeOf(first.connection)) === 'cluster') return await join(openCluster({ servers, name, log }), signal)
    if (servers.length > 1)
      throw new Failure('client', 'invalid_redis_url', 'The Redis URL names several servers, which are not a cluster')
    kept = first.connection
    return { commands: kept, shards: oneShard({ url: first.server, name, log }) }
  } finally {
    for (const { connection } of doors) if (connection !== kept) connection.disconnect()
  }
}

async function join(cluster: Reached, signal: AbortSignal): Promise<Reached> {
  try {
    await becomesReady(cluster.commands, signal)
    return cluster
  } catch (error) {
    cluster.commands.disconnect()
    throw error
  }
}

function becomesReady(connection: Connection | Cluster, signal: AbortSignal): Promise<void> {
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
