import { createHash, timingSafeEqual } from 'node:crypto'
import type { SecretGrant } from '@voicebox/streams'
import { defaultTenantId, type KeyRecord, type KeyRing, type Scope, scopes, type Verdict } from '@voicebox/tenancy'
import { secretPrefix } from './client-secret.ts'

/** Who presents a key. */
export interface Identity {
  tenantId: string
  /** The prefix of the API key that it is, or that made it; null for the installation's own. */
  keyPrefix: string | null
  scopes: readonly Scope[]
  /** What the key opens if it is a client secret; null for an API key. */
  grant: SecretGrant | null
  /** What tells the client secret again that opened a session; null for other keys. */
  openedBy: string | null
  /** To be asked once nothing else stands in the way of a session. False: the key opens one only, and that was another. */
  enter(): Promise<boolean>
}

/**
 * Whose key it is; null for one that opens nothing, whatever the reason. Rejects when that cannot be known at the moment.
 * `address` is where it came from.
 */
export type Authenticate = (key: string | null, address: string) => Promise<Identity | null>

/** Where client secrets are kept. */
export interface Secrets {
  keep(secret: string, grant: SecretGrant): Promise<void>
  find(secret: string): Promise<SecretGrant | null>
  /** True for one caller only. */
  redeem(secret: string): Promise<boolean>
}

/** A key that opened nothing. */
export interface Refusal {
  reason: Exclude<Verdict, 'valid'> | 'missing'
  address: string
  /** Null: it was nobody's. */
  record: Pick<KeyRecord, 'id' | 'tenantId'> | null
}

export interface AuthenticationOptions {
  /** Opens everything for the tenant `default`; null: there is none. */
  ownKey: string | null
  /** The keys of all tenants; null: there are none, as there is no database. */
  ring: Pick<KeyRing, 'check' | 'recheck'> | null
  secrets: Pick<Secrets, 'find' | 'redeem'>
  onUse?(record: KeyRecord): void
  onRefused?(refusal: Refusal): void
}

/** Knows the installation's own key, API keys, and the client secrets that either made. Nothing tells one wrong key from another. */
export function makeAuthentication({
  ownKey,
  ring,
  secrets,
  onUse = () => {},
  onRefused = () => {},
}: AuthenticationOptions): Authenticate {
  const expected = ownKey === null ? null : digest(ownKey)

  async function findSecret(key: string): Promise<Identity | null> {
    const grant = await secrets.find(key)
    if (grant === null) return null
    const { tenantId, issuer } = grant
    if (issuer !== null && (await ring?.recheck(issuer)) !== 'valid') return null
    const enter = async (): Promise<boolean> => !grant.isSingleUse || secrets.redeem(key)
    return { tenantId, keyPrefix: issuer, scopes: ['realtime'], grant, openedBy: openedBy(key, issuer), enter }
  }

  return async (key, address) => {
    const refuse = (reason: Refusal['reason'], record: Refusal['record'] = null): null => {
      onRefused({ reason, address, record })
      return null
    }
    if (key === null) return refuse('missing')
    const admitted = { grant: null, openedBy: null, enter: async () => true }
    const isOwn = timingSafeEqual(digest(key), expected ?? nobodys)
    if (isOwn && expected !== null) return { tenantId: defaultTenantId, keyPrefix: null, scopes, ...admitted }
    if (key.startsWith(secretPrefix)) return (await findSecret(key)) ?? refuse('unknown')
    if (ring === null) return refuse('unknown')
    const { verdict, record } = await ring.check(key)
    if (verdict !== 'valid' || record === null) return refuse(verdict === 'valid' ? 'unknown' : verdict, record)
    onUse(record)
    return { tenantId: record.tenantId, keyPrefix: record.prefix, scopes: record.scopes, ...admitted }
  }
}

/** What is kept of a client secret with the session that it opened, which it may resume even when it opens no other, and of its issuer. */
function openedBy(key: string, issuer: string | null): string {
  return issuer === null ? openerOf(key) : `${openerOf(key)}.${issuer}`
}

/** Whether this client secret opened the session of which `openedBy` is kept; if so, the prefix of the API key that made it. */
export function openerWith(key: string | null, openedBy: string | null): { issuer: string | null } | null {
  const [opener, issuer = null] = openedBy?.split('.') ?? []
  return key !== null && opener === openerOf(key) ? { issuer } : null
}

function openerOf(key: string): string {
  return digest(key).toString('base64url')
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

const nobodys = Buffer.alloc(32)
