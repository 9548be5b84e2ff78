import { Failure, type Log } from '@voicebox/kernel'
import { Cluster, Command } from 'ioredis'
import { commandTimeoutMs, openConnection, reconnectAfterMs, tellOutages } from './connection.ts'
import { urlOfNode } from './redis-url.ts'
import type { Shards } from './shards.ts'
import { writeTogether } from './write-together.ts'

/**
 * Opens the way to a cluster through any of its nodes; others are found. Commands go to the node that has their key, after
 * any move and any failover; while that node is away they wait some seconds and then fail, as with one server.
 */
export function openCluster({ servers, name, log }: { servers: readonly string[]; name: string; log: Log }): {
  commands: Cluster
  shards: Shards
} {
  const seed = servers[0] ?? ''
  const { username, password, protocol, pathname } = new URL(seed)
  if (!['', '/', '/0'].includes(pathname))
    throw new Failure(
      'client',
      'invalid_redis_url',
      'A Redis cluster has no databases: leave the number out of its URL',
    )
  const join = (purpose: string): Cluster => {
    const cluster = new Cluster([...servers], optionsOf(purpose))
    const send = cluster.sendCommand.bind(cluster)
    cluster.sendCommand = (command, stream, node: unknown) => {
      command.setTimeout(commandTimeoutMs) // from the first, so that what waits for the whole cluster ends too
      return send(command, stream, node)
    }
    cluster.on('+node', writeTogether)
    tellOutages(cluster, `${name}:${purpose}`, log)
    return cluster
  }
  const commands = join('commands')
  return {
    commands,
    shards: {
      ...shardsOf(commands, (node, use) => openConnection({ url: urlOfNode(seed, node), name, use, log })),
      openOwn: join,
    },
  }

  function optionsOf(purpose: string) {
    return {
      clusterRetryStrategy: reconnectAfterMs,
      maxRedirections: 1_000, // the command's own time ends its way
      slotsRefreshTimeout: 1_000,
      slotsRefreshInterval: 5_000,
      redisOptions: {
        ...(username !== '' && { username: decodeURIComponent(username) }),
        ...(password !== '' && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
        connectionName: `${name}:${purpose}`,
        protocol: 2 as const,
        disableClientInfo: true,
        socketTimeout: 15_000,
        disconnectTimeout: 200, // a node that another took over from answers no goodbye
      },
    }
  }
}

function shardsOf(cluster: Cluster, open: Shards['open']): Omit<Shards, 'openOwn'> {
  const listeners = new Set<() => void>()
  let owners: (string | undefined)[] = []
  let probes: readonly string[] = []

  cluster.on('refresh', () => {
    const found = Array.from({ length: slotCount }, (_, slot) => cluster.slots[slot]?.[0])
    if (found.every((owner, slot) => owner === owners[slot])) return
    owners = found
    probes = keysOn(owners)
    for (const listener of listeners) listener()
  })
  return {
    ownerOf: (key) => owners[slotOf(key)] ?? null,
    open,
    refresh: () => cluster.refreshSlotsCache(),
    onMoved(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    probes: () => probes,
  }
}

/** One key for each owner, found by trying. */
function keysOn(owners: readonly (string | undefined)[]): string[] {
  const missing = new Set(owners)
  missing.delete(undefined)
  const found: string[] = []
  for (let number = 0; missing.size > 0 && number < 20 * slotCount; number += 1) {
    const key = `pulse:${number}`
    if (missing.delete(owners[slotOf(key)])) found.push(key)
  }
  return found
}

const slotCount = 16_384

function slotOf(key: string): number {
  return new Command('EXISTS', [key]).getSlot()
}
