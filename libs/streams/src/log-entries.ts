import { Failure, type Log } from '@voicebox/kernel'
import { type LogEntry, followLog, readLog } from './numbered-log.ts'
import type { Redis } from './redis.ts'

export interface LogEntriesOptions {
  key: string
  channel: string
  signal: AbortSignal
  /** How long nothing may come before the log counts as abandoned. */
  abandonedAfterMs: number
  log: Log
  /** For tests: published messages that shall not arrive. */
  dropPublished?(number: number): boolean
}

/**
 * Yields a numbered log from its beginning, then follows it until the signal is aborted. It subscribes only when it reaches
 * the end, so a complete log costs one read. What a slow reader has not taken waits in Redis. A hole shows in `previous`.
 * Throws `Failure` when its writer falls silent.
 */
export async function* logEntries(redis: Redis, options: LogEntriesOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { key, signal } = options
  let last = 0
  for (let page = await readLog(redis, key, last); page.length > 0; page = await readLog(redis, key, last)) {
    for (const entry of page) {
      if (signal.aborted) return
      last = entry.number
      yield entry
    }
  }
  if (!signal.aborted) yield* follow(redis, last, options)
}

async function* follow(
  redis: Redis,
  after: number,
  options: LogEntriesOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const { signal, abandonedAfterMs, ...log } = options
  const unread: LogEntry[] = []
  let silentMs = 0
  let isFull = false
  let wake = (): void => {}
  const follower = await followLog(redis, {
    ...log,
    after,
    onEntry(entry) {
      unread.push(entry)
      wake()
    },
    onLost: () => {}, // the reader sees it
    wantsMore() {
      isFull ||= unread.length >= maxUnread
      return !isFull
    },
  })
  const wakeUp = (): void => wake()
  signal.addEventListener('abort', wakeUp)
  try {
    while (!signal.aborted) {
      const entry = unread.shift()
      if (entry !== undefined) {
        yield entry
      } else if (isFull) {
        isFull = false
        await follower.poll()
      } else {
        const wasSilent = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), silenceMs)
          wake = () => {
            clearTimeout(timer)
            resolve(false)
          }
        })
        silentMs = wasSilent ? silentMs + silenceMs : 0
        if (silentMs >= abandonedAfterMs) throw abandoned()
        if (wasSilent) void follower.poll()
      }
    }
  } finally {
    signal.removeEventListener('abort', wakeUp)
    follower.close()
  }
}

/** Trying again would only wait again. */
function abandoned(): Failure {
  return new Failure('engine', 'log_abandoned', 'Nothing more came', { retryable: false })
}

const maxUnread = 128
const silenceMs = 1_000
