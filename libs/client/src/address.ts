/**
 * The address at which a session goes on: everything of the first one is kept but the model, which is the session's.
 * Without `sentEvents` the gateway asks for nothing again that it has counted.
 */
export function resumeAddress(
  address: string,
  at: { sessionId: string; lastEventId: string; sentEvents: number | null },
): string {
  const url = new URL(address)
  url.searchParams.delete('model')
  url.searchParams.set('session_id', at.sessionId)
  url.searchParams.set('last_event_id', at.lastEventId)
  if (at.sentEvents !== null) url.searchParams.set('sent_events', String(at.sentEvents))
  return url.href
}
