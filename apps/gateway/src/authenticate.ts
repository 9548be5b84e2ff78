import { createHash, timingSafeEqual } from 'node:crypto'
import type { UpgradeRequest } from './transport/index.ts'

/** Whose connection it is; null for a key that opens nothing. */
export type Authenticate = (request: UpgradeRequest) => { tenantId: string } | null

const keyProtocol = 'openai-insecure-api-key.'

/** Accepts one key, for the embedded installation and its one tenant. Takes the same time for every wrong key. */
export function makeSingleKeyAuthentication(apiKey: string): Authenticate {
  const expected = digest(apiKey)
  return (request) => {
    const presented = presentedKey(request)
    return presented !== null && timingSafeEqual(digest(presented), expected) ? { tenantId: 'default' } : null
  }
}

/** The key from the bearer header, or from the subprotocol that browsers use in its place. */
function presentedKey(request: UpgradeRequest): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const offered = request.protocols.find((protocol) => protocol.startsWith(keyProtocol))
  return offered === undefined ? null : offered.slice(keyProtocol.length)
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
