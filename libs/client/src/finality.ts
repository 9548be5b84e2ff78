/**
 * Whether a close ends the session for good: by intention (1000), refusal (3000, 4xxx), or because a message was too large
 * (1009), which sent again would be too large again. After any other one it can be resumed.
 */
export function isFinal(code: number): boolean {
  return code === 1000 || code === 1009 || code === 3000 || (code >= 4000 && code <= 4999)
}

/** Another connection has taken the session over. */
export const takenOver = 4001

/** Codes of `error` events by which a gateway says no to a resumption once and for all, however it closes then. */
const refusals = new Set([
  'session_not_found',
  'event_not_found',
  'session_expired',
  'invalid_api_key',
  'insufficient_quota',
])

export function isRefusal(errorCode: string): boolean {
  return refusals.has(errorCode)
}

/** The HTTP status that refused the upgrade, where the socket tells it: those of `ws` do, those of browsers do not. */
export function statusOf(errorMessage: string): number | null {
  const status = /Unexpected server response: (\d{3})/.exec(errorMessage)?.[1]
  return status === undefined ? null : Number(status)
}

/** Too early, too busy and trouble of the server may pass; other refusals do not. */
export function isFinalStatus(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}
