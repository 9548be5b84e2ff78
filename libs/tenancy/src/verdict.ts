import { isSameHash } from './api-key.ts'
import type { KeyRecord } from './key-record.ts'

/** Whether a key opens anything, and why it does not. Whoever presents it hears of the difference never. */
export type Verdict = 'valid' | 'unknown' | 'revoked' | 'expired' | 'suspended'

/** Judges a key by what is known under its prefix. Each wrong key costs the same comparison. */
export function judge(record: KeyRecord | null, hash: Uint8Array, nowMs: number): Verdict {
  const isSame = isSameHash(hash, record?.hash ?? nobodys)
  return record === null || !isSame ? 'unknown' : judgeRecord(record, nowMs)
}

/** Judges a key that was presented before, or whose secrets are. */
export function judgeRecord(record: KeyRecord, nowMs: number): Verdict {
  if (record.isRevoked) return 'revoked'
  if (record.expiresAtMs !== null && record.expiresAtMs <= nowMs) return 'expired'
  return record.isSuspended ? 'suspended' : 'valid'
}

/** SHA-256 gives it for no text that anybody knows. */
const nobodys = new Uint8Array(32)
