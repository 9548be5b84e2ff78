import { type Closable, type Log, sleep } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import type { Redis } from './redis.ts'
import { streamEntry } from './reply.ts'

/** One entry of a log whose numbers grow and whose entries name their predecessor (0: none). */
export interface LogEntry {
  number: number
  previous: number
  payload: Buffer
}

export interface FollowOptions {
  key: string
  channel: string
  /** The number of the last entry that the reader already has; 0: none. */
  after: number
  /** Gets each entry once, in order. */
  onEntry(entry: LogEntry): void
  /** Entries numbered so are not in the log any more; what follows them is delivered next. */
  onLost(from: number, to: number): void
  /** False lets entries wait in the log, until `poll`. */
  wantsMore?(): boolean
  /** The server was lost for a moment and is back: it may have lost data. */
  onBack?(): void
  /** For tests: published messages that shall not arrive. */
  dropPublished?(number: number): boolean
  log: Log
}

export interface LogFollower extends Closable {
  /** The number of the last entry delivered. */
  readonly last: number
  /** Reads the log to its end. Never rejects: while Redis is away it tries again until closed. */
  poll(): Promise<void>
  close(): void
}

/**
 * Follows a numbered log from `after` on: first what the log has, then what is published. A published entry whose predecessor
 * was not seen is left aside and the log is read instead, so nothing is held back and messages may be lost at will.
 */
export async function followLog(redis: Redis, options: FollowOptions): Promise<LogFollower> {
  const { key, channel, onEntry, onLost, log, wantsMore = () => true, dropPublished = () => false } = options
  const { onBack = () => {} } = options
  const closing = new AbortController()
  let last = options.after
  let newest = last // the highest number heard of
  let wantsRead = false
  let isReading = false
  let reading = Promise.resolve()

  const subscription = await redis.channels.subscribe(channel, { onMessage, onGap })
  try {
    await readToEnd()
  } catch (error) {
    close()
    throw error
  }
  return {
    get last() {
      return last
    },
    poll,
    close,
  }

  function close(): void {
    closing.abort()
    void subscription.close()
  }

  function onGap(): void {
    onBack()
    void poll()
  }

  function onMessage(message: Buffer): void {
    const entry = decodeMessage(message)
    if (entry === null) return log.warn({ key, bytes: message.length }, 'A message of no known form was thrown away')
    if (dropPublished(entry.number) || entry.number <= last) return
    newest = Math.max(newest, entry.number)
    if (entry.previous <= last && wantsMore()) deliver(entry)
    else void poll()
  }

  function deliver(entry: LogEntry): void {
    if (closing.signal.aborted || entry.number <= last) return
    if (entry.previous !== last) onLost(last + 1, entry.previous > last ? entry.previous : entry.number - 1)
    last = entry.number
    newest = Math.max(newest, last)
    onEntry(entry)
  }

  function poll(): Promise<void> {
    wantsRead = true
    if (!isReading) reading = keepReading()
    return reading
  }

  async function keepReading(): Promise<void> {
    isReading = true
    while (wantsRead && wantsMore() && !closing.signal.aborted) {
      wantsRead = false
      try {
        await readToEnd()
      } catch (error) {
        log.warn({ error, key }, 'A log could not be read')
        wantsRead = true
        await sleep(retryMs, closing.signal)
      }
    }
    isReading = false
  }

  async function readToEnd(): Promise<void> {
    for (;;) {
      const heard = newest // only what was heard before the read must be in the log
      const page = await readLog(redis, key, last)
      if (closing.signal.aborted) return
      page.forEach(deliver)
      if (page.length === 0 && heard > last) skipTo(heard)
      if ((page.length < pageLength && newest <= last) || !wantsMore()) return
    }
  }

  /** What was published and is not in the log has been trimmed or has expired. */
  function skipTo(number: number): void {
    onLost(last + 1, number)
    last = number
  }
}

const pageLength = 64
const retryMs = 200

/** Reads a page of the entries that follow a number; a short page is the log's end. */
export async function readLog(redis: Redis, key: string, after: number): Promise<LogEntry[]> {
  const page = await ask(redis.commands, entries, 'XRANGE', key, `(${after}-0`, '+', 'COUNT', pageLength)
  return page.map(entryOf)
}

/** The newest entry of a log, if it has any. */
export async function lastEntry(redis: Redis, key: string): Promise<LogEntry | null> {
  const [last] = await ask(redis.commands, entries, 'XREVRANGE', key, '+', '-', 'COUNT', 1)
  return last === undefined ? null : entryOf(last)
}

const entries = z.array(streamEntry)

function entryOf([id, [, previous, , payload]]: z.infer<typeof streamEntry>): LogEntry {
  return { number: Number.parseInt(id, 10), previous: Number(previous), payload: payload ?? Buffer.alloc(0) }
}

/** Null for what `session.emit` and `audio.append` did not write. */
function decodeMessage(message: Buffer): LogEntry | null {
  if (message.length < 16) return null
  const [number, previous] = [message.readDoubleBE(0), message.readDoubleBE(8)]
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(previous)) return null
  return { number, previous, payload: message.subarray(16) }
}
