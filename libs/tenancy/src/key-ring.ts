import { type Clock, Failure } from '@voicebox/kernel'
import { hashOf, prefixOf } from './api-key.ts'
import type { KeyChange } from './key-change.ts'
import type { KeyRecord } from './key-record.ts'
import type { KeySource } from './key-source.ts'
import { makeLookups } from './lookups.ts'
import { type Lru, makeLru } from './lru.ts'
import { judge, judgeRecord, type Verdict } from './verdict.ts'

/** Where an answer came from: memory, the source, memory because the source was away, or nowhere, as it could not be a key. */
export type AnswerSource = 'cache' | 'database' | 'stale' | 'none'

export interface Checked {
  verdict: Verdict
  /** Whose key it is; null for one that nobody has, or that is not the one of its prefix. */
  record: KeyRecord | null
  source: AnswerSource
}

/**
 * Knows which keys open what. What it has read is good for `freshMs`; a key that the source has confirmed is warm, and is
 * answered for as it was then while the source is away, for up to `staleMs`. A key that is not warm cannot be judged then, and
 * nor can a warm one after that time: `check` rejects with a `Failure` of kind `dependency`. Expiry needs no source and always
 * counts. What it remembers is bounded, and what nobody has is remembered apart, so that no flood of guesses cools a warm key.
 */
export interface KeyRing {
  check(key: string): Promise<Checked>
  /** Judges the key of a prefix that was presented before: of a session that it opened, or of a secret that it made. */
  recheck(prefix: string): Promise<Verdict>
  /** Takes in what was told to have changed, at once. */
  changed(change: KeyChange): void
}

export interface KeyRingOptions {
  source: KeySource
  clock: Pick<Clock, 'now'>
  freshMs?: number
  /** For how long a prefix that nobody has is not asked for again. */
  absentMs?: number
  staleMs: number
  maxKeys?: number
}

interface Known {
  record: KeyRecord
  confirmedAtMs: number
  freshUntilMs: number
}

export function makeKeyRing({
  source,
  clock,
  freshMs = 3_000,
  absentMs = 5_000,
  staleMs,
  maxKeys = 10_000,
}: KeyRingOptions): KeyRing {
  const known = makeLru<string, Known>(maxKeys)
  const absent = makeLru<string, { untilMs: number }>(maxKeys)
  /** Prefixes that were told to be revoked, which is for ever: what was read before says otherwise. */
  const revoked: Lru<string, true> = makeLru(maxKeys)
  const lookups = makeLookups(source)
  let changes = 0

  async function look(prefix: string): Promise<{ record: KeyRecord | null; source: AnswerSource }> {
    const entry = known.get(prefix)
    const nowMs = clock.now()
    if (entry !== undefined && nowMs < entry.freshUntilMs) return { record: entry.record, source: 'cache' }
    if (entry === undefined && nowMs < (absent.get(prefix)?.untilMs ?? 0)) return { record: null, source: 'cache' }
    if (!source.isReachable()) return stale(entry)
    try {
      return { record: await read(prefix), source: 'database' }
    } catch (error) {
      if (entry === undefined) throw error
      return stale(known.get(prefix) ?? entry)
    }
  }

  async function read(prefix: string): Promise<KeyRecord | null> {
    const changesBefore = changes
    const found = await lookups.find(prefix)
    const nowMs = clock.now()
    if (found === null) {
      known.delete(prefix)
      absent.set(prefix, { untilMs: nowMs + absentMs })
      return null
    }
    const record = revoked.get(prefix) === true ? { ...found, isRevoked: true } : found
    // what has changed while it was read is read again, the next time
    const freshUntilMs = changes === changesBefore ? nowMs + freshMs : nowMs
    known.set(prefix, { record, confirmedAtMs: nowMs, freshUntilMs })
    absent.delete(prefix)
    return record
  }

  function stale(entry: Known | undefined): { record: KeyRecord; source: AnswerSource } {
    if (entry === undefined || clock.now() - entry.confirmedAtMs > staleMs)
      throw new Failure('dependency', 'keys_unavailable', 'Keys cannot be looked up')
    return { record: entry.record, source: 'stale' }
  }

  function suspend(tenantId: string, isSuspended: boolean): void {
    for (const entry of known.values()) {
      if (entry.record.tenantId !== tenantId) continue
      if (isSuspended) entry.record = { ...entry.record, isSuspended }
      entry.freshUntilMs = 0
    }
  }

  return {
    async check(key) {
      const prefix = prefixOf(key)
      if (prefix === null) return { verdict: 'unknown', record: null, source: 'none' }
      const { record, source: from } = await look(prefix)
      const verdict = judge(record, hashOf(key), clock.now())
      return { verdict, record: verdict === 'unknown' ? null : record, source: from }
    },
    async recheck(prefix) {
      const { record } = await look(prefix)
      return record === null ? 'unknown' : judgeRecord(record, clock.now())
    },
    changed(change) {
      changes += 1
      if (change.kind === 'tenant_changed') return // keys are what they were
      if (change.kind !== 'key_revoked') return suspend(change.tenantId, change.kind === 'tenant_suspended')
      revoked.set(change.prefix, true)
      const entry = known.get(change.prefix)
      if (entry !== undefined) entry.record = { ...entry.record, isRevoked: true }
    },
  }
}
