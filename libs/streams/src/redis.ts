import type { Cluster } from 'ioredis'
import { type Closable, type Log, sleep } from '@voicebox/kernel'
import { type BlockingSender, openBlocking } from './blocking.ts'
import { type Channels, makeChannels } from './channels.ts'
import type { Commands, Connection } from './connection.ts'
import { type InOrder, makeInOrder } from './in-order.ts'
import { type RedisWatcher, watchPulse } from './pulse.ts'
import { reach } from './reach.ts'

/** The way to Redis, be it one server or a cluster. It reconnects by itself; while Redis is away, commands wait some seconds and then fail. */
export interface Redis extends Closable {
  /** Whether Redis would answer now, on every node; for readiness probes. */
  isReady(): boolean
  /** Tells when Redis goes away and comes back; of a cluster, when any of its nodes does. The caller closes what it gets. */
  watch(watcher: RedisWatcher): Closable
  readonly commands: Commands
  readonly channels: Channels
  readonly inOrder: InOrder
  /** Opens a connection for commands that block on this key. The caller closes it, by `disconnect()`. */
  openBlocking(key: string): BlockingSender
  /** Opens a way of its own for a library that manages its connections. The caller closes it, by `disconnect()`. */
  openOwn(name: string): Connection | Cluster
  close(): Promise<void>
}

export interface RedisOptions {
  /**
   * `redis://`, `rediss://`, `unix:///path` or a path. A server that belongs to a cluster leads to all of it; several may be
   * named, with commas between their hosts, so that any one of them may be away.
   */
  url: string
  /** Shown in the server's list of clients. */
  name: string
  log: Log
  /** Ends the waiting for the first connection. */
  signal: AbortSignal
}

/** Resolves when Redis answers; until then it keeps trying. */
export async function openRedis(options: RedisOptions): Promise<Redis> {
  const { commands, shards } = await reach(options)
  const { log } = options
  const channels = makeChannels(shards, log)
  const pulse = watchPulse({
    ask: () => Promise.all(shards.probes().map((key) => commands.exists(key))),
    whileAway: () => shards.refresh(), // another node may have taken over
  })
  pulse.watch({
    onAway: () => log.warn({}, 'Redis does not answer'),
    onBack: () => log.info({}, 'Redis answers again'),
  })
  let isClosed = false
  return {
    isReady: () => !isClosed && commands.status === 'ready' && pulse.silentMs() < 3_000,
    watch: (watcher) => pulse.watch(watcher),
    commands,
    channels,
    inOrder: makeInOrder(),
    openBlocking: (key) => openBlocking(shards, key),
    openOwn: (name) => shards.openOwn(name),
    async close() {
      isClosed = true
      pulse.stop()
      channels.close()
      const over = new AbortController()
      const quitting = commands.status === 'ready' ? commands.quit().catch(() => {}) : Promise.resolve()
      await Promise.race([quitting, sleep(quitMs, over.signal)]) // a server that stands still does not answer
      over.abort()
      commands.disconnect()
    },
  }
}

/** How long what was sent before the end may take to be done. */
const quitMs = 1_000
