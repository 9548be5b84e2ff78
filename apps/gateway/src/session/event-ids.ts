import type { IdOf, SessionId } from '@voicebox/kernel'

/**
 * The id of the `number`-th event of a session: 15 characters of the session's own and its number in 6 digits, so that a
 * client that comes back says by it where it was.
 */
export function eventId(sessionId: SessionId, number: number): IdOf<'event'> {
  return `event_${spaceOf(sessionId)}${inDigits(number)}`
}

/** The id of what is told beside the numbered events, after the `number`-th: to come back with it is to come back there. */
export function noticeId(sessionId: SessionId, number: number, notice: number): IdOf<'event'> {
  return `${eventId(sessionId, number)}n${notice}`
}

/** Which event of the session a client means; null for what is no id of one. */
export function numberOf(sessionId: SessionId, id: string): number | null {
  const prefix = `event_${spaceOf(sessionId)}`
  const [, counter] = /^([0-9A-Za-z]{6})(?:n\d{1,9})?$/.exec(id.slice(prefix.length)) ?? []
  if (!id.startsWith(prefix) || counter === undefined) return null
  return Array.from(counter).reduce((number, digit) => number * digits.length + digits.indexOf(digit), 0)
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function spaceOf(sessionId: SessionId): string {
  return sessionId.slice('sess_'.length).padEnd(15, '0').slice(0, 15)
}

function inDigits(number: number): string {
  let counter = ''
  for (let rest = number; counter.length < 6; rest = Math.floor(rest / digits.length)) {
    counter = digits.charAt(rest % digits.length) + counter
  }
  return counter
}
