import { randomBytes } from 'node:crypto'

/** What every client secret begins with. */
export const secretPrefix = 'ek_'

/** 192 bits of chance behind the tenant, in letters that pass in a header and as a subprotocol: it is looked for with its tenant only. */
export const newSecret = (tenantId: string): string => `${secretPrefix}${tenantId}_${randomBytes(24).toString('hex')}`

/** Whose a client secret says that it is; null for any other key. */
export function tenantOfSecret(key: string): string | null {
  return /^ek_([a-z0-9][a-z0-9_-]{0,62})_[0-9a-f]{48}$/.exec(key)?.[1] ?? null
}
