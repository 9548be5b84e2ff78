import { type Clock, systemClock } from './clock.ts'
import type { ResumableState } from './resumable-web-socket.ts'

export interface ResumableOptions {
  /** Where the gateway is, or several of them that are tried in turn: whole addresses, each with its query. */
  url: string | URL | readonly (string | URL)[]
  /** A lost connection is closed for the application if it is not resumed by then. 30 s, as long as a gateway keeps a session. */
  resumeWithinMs?: number | undefined
  /** A try that is not answered by then is given up for the next one. 10 s. */
  answerWithinMs?: number | undefined
  /** The n-th try waits a random time up to `firstDelayMs` · 2ⁿ, but never more than `longestDelayMs`. 100 ms. */
  firstDelayMs?: number | undefined
  /** 5 s. A connection that lasted as long, or brought anything, starts the delays anew. */
  longestDelayMs?: number | undefined
  /**
   * Bounds what was sent and may be wanted again, of which the oldest goes first, and, apart from it, what is sent while
   * there is no connection: there the oldest audio goes first, and without any left `send` throws. 8 MiB each.
   */
  maxBufferedBytes?: number | undefined
  /** What was sent so long before the latest audio is not kept for sending again. 60 s. */
  maxBufferedMs?: number | undefined
  onStateChange?: ((state: ResumableState) => void) | undefined
  /** For tests. */
  clock?: Clock | undefined
  /** For tests: a number from 0 to, not including, 1. */
  random?: (() => number) | undefined
}

export type Settings = ReturnType<typeof settingsFrom>

export function settingsFrom(options: ResumableOptions) {
  return {
    addresses: addressesFrom(options.url),
    resumeWithinMs: options.resumeWithinMs ?? 30_000,
    answerWithinMs: options.answerWithinMs ?? 10_000,
    firstDelayMs: options.firstDelayMs ?? 100,
    longestDelayMs: options.longestDelayMs ?? 5_000,
    maxBufferedBytes: options.maxBufferedBytes ?? 8 * 1_024 * 1_024,
    maxBufferedMs: options.maxBufferedMs ?? 60_000,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}

function addressesFrom(url: ResumableOptions['url']): readonly [string, ...string[]] {
  const urls = typeof url === 'string' || url instanceof URL ? [url] : url
  const [first, ...others] = urls.map(absolute)
  if (first === undefined) throw new TypeError('There must be at least one address to connect to')
  return [first, ...others]
}

/** Browsers take addresses that are relative to the page. */
function absolute(url: string | URL): string {
  return new URL(url, typeof location === 'undefined' ? undefined : location.href).href
}
