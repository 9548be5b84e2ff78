import type { Caller, Credentials } from '@voicebox/admin'
import type { Authenticate, Identity } from '../authenticate.ts'
import { keyInHeaders } from '../presented-key.ts'

/** Knows admins by the same keys that open sessions. A client secret is none. */
export function callerOf(authenticate: Authenticate): (credentials: Credentials) => Promise<Caller | null> {
  return async ({ header, address }) => {
    const identity = await authenticate(keyInHeaders(header), address)
    if (identity === null) return null
    const { tenantId, keyId } = identity
    return { actor: keyId ?? address, role: roleOf(identity), tenantId }
  }
}

function roleOf({ scopes, grant }: Identity): Caller['role'] {
  if (grant !== null) return null
  if (scopes.includes('platform')) return 'platform'
  return scopes.includes('admin') ? 'tenant' : null
}
