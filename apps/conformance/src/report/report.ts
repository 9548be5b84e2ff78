import type { Result } from '../run/result.ts'
import type { Target } from '../server/target.ts'

/** All that a report tells. */
export interface Report {
  /** Where the server was, without query and credentials. */
  url: string
  model: string
  startedAt: Date
  durationMs: number
  results: readonly Result[]
}

export function makeReport(target: Target, startedAt: Date, results: readonly Result[]): Report {
  const { protocol, host, pathname } = new URL(target.url)
  const durationMs = Date.now() - startedAt.getTime()
  return { url: `${protocol}//${host}${pathname}`, model: target.model, startedAt, durationMs, results }
}
