import { type Closable, Failure, type Log, sleep } from '@voicebox/kernel'
import type { Connection } from './connection.ts'
import type { Shards } from './shards.ts'

export interface ChannelHandler {
  onMessage(message: Buffer): void
  /** The subscription was broken and is whole again: messages may have been missed. */
  onGap(): void
}

/** Published messages, each at most once, on sharded channels: a channel is where a key of its name would be. */
export interface Channels extends Closable {
  /** Resolves when the server has confirmed: what is published from then on arrives. The caller closes what it gets. */
  subscribe(channel: string, handler: ChannelHandler): Promise<Closable>
  close(): void
}

interface Channel {
  readonly handlers: Set<ChannelHandler>
  /** The first subscription. */
  confirmed: Promise<void>
  /** Where it was subscribed last. */
  line: Line | null
  /** The last subscription has not held, or is not where the channel is. */
  isStale: boolean
  isSettling: boolean
}

/** The connection to one node, and what was subscribed there. */
interface Line {
  readonly node: string
  readonly connection: Connection
  readonly names: Set<string>
}

/**
 * A node is connected to with the first subscription there. The client library would find the nodes as well, but does not tell
 * when a subscription that was lost holds again, and so not when messages were missed.
 */
export function makeChannels(shards: Shards, log: Log, maxChannels = 50_000): Channels {
  const channels = new Map<string, Channel>()
  const lines = new Map<string, Line>()
  const closing = new AbortController()

  const stopListening = shards.onMoved(() => {
    for (const [name, { line }] of channels) if (line?.node !== shards.ownerOf(name)) renew(name)
  })
  return {
    async subscribe(name, handler) {
      const channel = channels.get(name) ?? add(name)
      channel.handlers.add(handler)
      const close = (): void => {
        if (channel.handlers.delete(handler) && channel.handlers.size === 0) remove(name, channel)
      }
      try {
        await channel.confirmed
      } catch (error) {
        close()
        throw new Failure('dependency', 'redis_failed', 'Redis did not subscribe', { cause: error })
      }
      return { close }
    },
    close() {
      closing.abort()
      stopListening()
      channels.clear()
      for (const { connection } of lines.values()) connection.disconnect()
    },
  }

  function add(name: string): Channel {
    if (channels.size >= maxChannels)
      throw new Failure('capacity', 'too_many_channels', 'Too many channels are followed')
    const channel: Channel = {
      handlers: new Set(),
      confirmed: Promise.resolve(),
      line: null,
      isStale: true,
      isSettling: false,
    }
    channels.set(name, channel)
    channel.confirmed = settle(name, channel, performance.now() + patienceMs)
    channel.confirmed.catch(() => {}) // each subscriber sees it
    return channel
  }

  function remove(name: string, channel: Channel): void {
    channels.delete(name)
    channel.line?.names.delete(name)
    channel.line?.connection.sunsubscribe(name).catch(() => {}) // refused only without a connection, and so without a subscription
  }

  /** Subscribes anew, and says that messages may have been missed once that holds. */
  function renew(name: string): void {
    const channel = channels.get(name)
    if (channel === undefined) return
    channel.isStale = true
    if (channel.isSettling) return
    settle(name, channel, Infinity).then(
      () => {
        if (channels.get(name) === channel) for (const handler of channel.handlers) handler.onGap()
      },
      () => {}, // all channels were closed
    )
  }

  /** Subscribes until that holds at the node which has the channel, or it is removed. Throws after a time, and at the close. */
  async function settle(name: string, channel: Channel, untilMs: number): Promise<void> {
    channel.isSettling = true
    for (let failures = 0; channel.isStale && channels.get(name) === channel;) {
      channel.isStale = false
      try {
        await lineFor(name, channel).connection.ssubscribe(name)
      } catch (error) {
        channel.isStale = true
        if (performance.now() > untilMs || closing.signal.aborted) throw error
        await sleep(Math.min(50 * 2 ** failures++, 1_000), closing.signal)
      }
    }
    channel.isSettling = false
  }

  /** The line to subscribe on. A line that is left by its last channel because that has moved is closed. */
  function lineFor(name: string, channel: Channel): Line {
    const node = shards.ownerOf(name)
    if (node === null) throw new Error('No node has the channel')
    const left = channel.line
    const line = (channel.line = lines.get(node) ?? addLine(node))
    line.names.add(name)
    if (left !== null && left !== line) {
      left.names.delete(name)
      if (left.names.size === 0 && lines.delete(left.node)) left.connection.disconnect()
    }
    return line
  }

  function addLine(node: string): Line {
    const line: Line = { node, connection: shards.open(node, 'subscriber'), names: new Set() }
    lines.set(node, line)
    let wasReady = false
    let doubt: NodeJS.Timeout | undefined
    line.connection.on('smessageBuffer', deliver)
    line.connection.on('ready', () => {
      if (wasReady) for (const name of line.names) renew(name)
      wasReady = true
    })
    line.connection.on('close', () => shards.refresh())
    line.connection.on('moved', () => {
      // Slots have left the node, and it has dropped their channels; the connection knows which it still has.
      shards.refresh()
      doubt ??= setTimeout(() => {
        doubt = undefined
        const subscribed = line.connection.condition?.subscriber
        const kept = new Set(subscribed ? subscribed.channels('ssubscribe') : [])
        for (const name of line.names) if (!kept.has(name)) renew(name)
      }, 20)
    })
    return line
  }

  function deliver(name: Buffer, message: Buffer): void {
    for (const handler of channels.get(name.toString())?.handlers ?? []) {
      try {
        handler.onMessage(message)
      } catch (error) {
        log.error({ error, channel: name.toString() }, 'A message could not be dealt with')
      }
    }
  }
}

/** How long a first subscription is tried. */
const patienceMs = 8_000
