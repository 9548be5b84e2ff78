import { createHash, timingSafeEqual } from 'node:crypto'
import type { SecretGrant } from '@voicebox/streams'

/** Who presents a key. */
export interface Identity {
  tenantId: string
  /** What the key opens if it is a client secret; null for a key that opens everything. */
  grant: SecretGrant | null
  /** What tells the client secret again that opened a session; null for other keys. */
  openedBy: string | null
  /** To be asked once nothing else stands in the way of a session. False: the key opens one only, and that was another. */
  enter(): Promise<boolean>
}

/** Whose key it is; null for one that opens nothing, whatever the reason. Rejects when that cannot be known at the moment. */
export type Authenticate = (key: string | null) => Promise<Identity | null>

/** Where client secrets are kept. */
export interface Secrets {
  keep(secret: string, grant: SecretGrant): Promise<void>
  find(secret: string): Promise<SecretGrant | null>
  /** True for one caller only. */
  redeem(secret: string): Promise<boolean>
}

/**
 * Accepts one key, for the embedded installation and its one tenant, and the client secrets that were made with it. Takes
 * the same time for every wrong key.
 */
export function makeSingleKeyAuthentication(apiKey: string, secrets: Pick<Secrets, 'find' | 'redeem'>): Authenticate {
  const expected = digest(apiKey)
  return async (key) => {
    if (key === null) return null
    if (timingSafeEqual(digest(key), expected))
      return { tenantId: 'default', grant: null, openedBy: null, enter: async () => true }
    if (!key.startsWith(secretPrefix)) return null
    const grant = await secrets.find(key)
    if (grant === null) return null
    return {
      tenantId: grant.tenantId,
      grant,
      openedBy: openerOf(key),
      enter: async () => !grant.isSingleUse || secrets.redeem(key),
    }
  }
}

/** What is kept of a client secret with the session that it opened, which it may resume even when it opens no other. */
export function openerOf(key: string): string {
  return digest(key).toString('base64url')
}

/** What every client secret begins with. */
export const secretPrefix = 'ek_'

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
