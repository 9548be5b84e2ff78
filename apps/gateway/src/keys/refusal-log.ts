import type { Clock, Closable, Log } from '@voicebox/kernel'
import { type AuditEntry, strangers } from '@voicebox/store'
import type { Refusal } from '../authenticate.ts'
import { every } from '../session/timers.ts'

/**
 * Writes down who was not let in, behind what happens: the same from the same address in ten seconds is one entry that says
 * how often, and of each ten seconds there are `maxEntries` at most and one that says how many others there were. So a flood
 * fills neither memory nor the database: it makes eight thousand entries an hour. While the database is away the latest are kept.
 */
export interface RefusalLog extends Closable {
  add(refusal: Refusal): void
  /** Writes what there is. */
  close(): Promise<void>
}

export interface RefusalLogOptions {
  append(entries: readonly AuditEntry[]): Promise<void>
  /** So many were not written one by one. */
  onSuppressed(count: number): void
  clock: Clock
  log: Log
}

const windowMs = 10_000
const maxEntries = 20
const maxKept = 200

export function makeRefusalLog({ append, onSuppressed, clock, log }: RefusalLogOptions): RefusalLog {
  let counts = new Map<string, { refusal: Refusal; count: number }>()
  let others = 0
  let kept: AuditEntry[] = []
  let writing = Promise.resolve()

  function endWindow(): void {
    for (const { refusal, count } of counts.values()) kept.push(entryOf(refusal, count))
    if (others > 0) kept.push(othersEntry(others))
    counts = new Map()
    others = 0
    kept = kept.slice(-maxKept)
  }

  async function write(): Promise<void> {
    endWindow()
    if (kept.length === 0) return
    const entries = kept
    kept = []
    try {
      await append(entries)
    } catch (error) {
      kept = [...entries, ...kept].slice(-maxKept)
      log.debug({ error }, 'Refusals could not be written down; they are kept')
    }
  }

  const flush = (): Promise<void> => (writing = writing.then(write))
  const stop = every(clock, windowMs, () => void flush())
  return {
    add(refusal) {
      const name = [refusal.reason, refusal.record?.id, refusal.address].join(' ')
      const known = counts.get(name)
      if (known !== undefined) known.count += 1
      else if (counts.size < maxEntries) counts.set(name, { refusal, count: 1 })
      else {
        others += 1
        onSuppressed(1)
      }
    },
    async close() {
      stop()
      await flush()
    },
  }
}

function entryOf({ reason, address, record }: Refusal, count: number): AuditEntry {
  return {
    tenantId: record?.tenantId ?? strangers,
    action: 'authentication.failed',
    actor: address,
    subject: record?.id ?? null,
    details: { reason, count },
  }
}

const othersEntry = (count: number): AuditEntry => ({
  tenantId: strangers,
  action: 'authentication.failed',
  actor: 'others',
  subject: null,
  details: { reason: 'suppressed', count },
})
