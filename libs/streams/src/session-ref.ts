import type { SessionId } from '@voicebox/kernel'

/** Which session: its id alone tells nothing, so that nobody comes upon another tenant's. */
export interface SessionRef {
  readonly tenantId: string
  readonly sessionId: SessionId
}

/** `acme/sess_1`: as keys, channels, results and the list of those that live name a session. */
export const nameOf = ({ tenantId, sessionId }: SessionRef): string => `${tenantId}/${sessionId}`

/** Reads such a name; null for any other text. */
export function refOf(name: string): SessionRef | null {
  const [, tenantId, sessionId] = /^([^{}]+)\/(sess_[^/{}]+)$/.exec(name) ?? []
  return tenantId === undefined || sessionId === undefined ? null : { tenantId, sessionId: sessionId as SessionId }
}
