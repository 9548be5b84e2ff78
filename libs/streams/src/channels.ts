import { type Closable, Failure, type Log } from '@voicebox/kernel'
import type { Connection } from './connection.ts'

export interface ChannelHandler {
  onMessage(message: Buffer): void
  /** The subscription was broken and is whole again: messages may have been missed. */
  onGap(): void
}

/** Published messages, each at most once. The only module that subscribes, so that sharded channels would change it alone. */
export interface Channels extends Closable {
  /** Resolves when the server has confirmed: what is published from then on arrives. The caller closes what it gets. */
  subscribe(channel: string, handler: ChannelHandler): Promise<Closable>
  close(): void
}

interface Channel {
  handlers: Set<ChannelHandler>
  confirmed: Promise<unknown>
}

/** The connection is opened with the first subscription. */
export function makeChannels(open: () => Connection, log: Log, maxChannels = 50_000): Channels {
  const channels = new Map<string, Channel>()
  let connection: Connection | undefined

  return {
    async subscribe(name, handler) {
      const subscriber = (connection ??= connect())
      const channel = channels.get(name) ?? add(name, subscriber)
      channel.handlers.add(handler)
      const close = (): void => {
        if (!channel.handlers.delete(handler) || channel.handlers.size > 0) return
        channels.delete(name)
        subscriber.sunsubscribe(name).catch(() => {}) // refused only without a connection, and so without a subscription
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
      channels.clear()
      connection?.disconnect()
    },
  }

  function add(name: string, subscriber: Connection): Channel {
    if (channels.size >= maxChannels)
      throw new Failure('capacity', 'too_many_channels', 'Too many channels are followed')
    const channel = { handlers: new Set<ChannelHandler>(), confirmed: subscriber.ssubscribe(name) }
    channel.confirmed.catch(() => {}) // each subscriber sees it
    channels.set(name, channel)
    return channel
  }

  function connect(): Connection {
    const subscriber = open()
    let wasReady = false
    subscriber.on('smessageBuffer', (name: Buffer, message: Buffer) => {
      for (const handler of channels.get(name.toString())?.handlers ?? []) {
        try {
          handler.onMessage(message)
        } catch (error) {
          log.error({ error, channel: name.toString() }, 'A message could not be dealt with')
        }
      }
    })
    subscriber.on('ready', () => {
      if (wasReady)
        resubscribe(subscriber).catch((error: unknown) => log.warn({ error }, 'Channels were not resubscribed'))
      wasReady = true
    })
    return subscriber
  }

  async function resubscribe(subscriber: Connection): Promise<void> {
    const names = [...channels.keys()]
    await Promise.all(names.map((name) => subscriber.ssubscribe(name))) // one command with many names could not be sent again
    for (const name of names) for (const handler of channels.get(name)?.handlers ?? []) handler.onGap()
  }
}
