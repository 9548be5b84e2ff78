import type { Log } from '@voicebox/kernel'
import type { Cluster } from 'ioredis'
import { type Connection, type Use, openConnection } from './connection.ts'

/** Where keys and channels are: all on one server, or spread over the nodes of a cluster, where they may move at any time. */
export interface Shards {
  /** The node that has the key, as far as is known; null while none is known to. */
  ownerOf(key: string): string | null
  /** Opens a connection to a node. The caller closes it, by `disconnect()`. */
  open(node: string, use: Use): Connection
  /** Opens a way of its own to all of it, for a library that manages its connections. The caller closes it, by `disconnect()`. */
  openOwn(name: string): Connection | Cluster
  /** Asks the cluster again who has what; for one who found that a node has left, or has something no more. */
  refresh(): void
  /** Calls whenever keys were found to be elsewhere; the answer ends that. */
  onMoved(listener: () => void): () => void
  /** For each node a key that it has. */
  probes(): readonly string[]
}

/** One server, which has everything. */
export function oneShard(about: { url: string; name: string; log: Log }): Shards {
  return {
    ownerOf: () => 'server',
    open: (_, use) => openConnection({ ...about, use }),
    openOwn: (name) => openConnection({ ...about, name: `${about.name}:${name}`, use: 'library' }),
    refresh: () => {},
    onMoved: () => () => {},
    probes: () => ['pulse'],
  }
}
