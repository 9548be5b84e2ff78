import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A key as it is made: shown to a person once, and kept nowhere. */
export interface NewKey {
  /** The whole of it. */
  key: string
  /** What it is looked up by: unique, and no help in guessing the rest. */
  prefix: string
  hash: Uint8Array
}

const shape = /^(sk-vb-[0-9a-f]{16})[0-9a-f]{48}$/

/** Makes a key of 64 bits to find it by and 192 bits that nobody can guess. */
export function newApiKey(): NewKey {
  const key = `sk-vb-${randomBytes(32).toString('hex')}`
  return { key, prefix: prefixOf(key) ?? '', hash: hashOf(key) }
}

/** What a key is looked up by; null for what cannot be one of ours. */
export function prefixOf(key: string): string | null {
  return shape.exec(key)?.[1] ?? null
}

/**
 * What is kept in place of a key. One round of SHA-256 is right here: a slow hash makes up for passwords that people choose
 * and that can be guessed, while 192 bits of chance cannot be, and every connection would pay for the slowness.
 */
export function hashOf(key: string): Uint8Array {
  return createHash('sha256').update(key).digest()
}

/** Compares two hashes in a time that tells nothing of where they differ. */
export function isSameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
