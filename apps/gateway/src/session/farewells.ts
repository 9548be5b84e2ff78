import type { Failure } from '@voicebox/kernel'
import type { WireError } from '@voicebox/protocol'
import { dismissed } from '@voicebox/streams'
import { wrongKey } from '../greeting.ts'

/** What becomes of a session that a gateway drives no more. */
export type Outcome = 'ended' | 'expired' | 'revoked' | 'released' | 'taken_over' | 'lost'

/** How a session is left that its client does not leave. */
export interface Farewell {
  /** What the client is told before its socket closes. */
  error: Pick<WireError, 'code' | 'message'> & Partial<WireError>
  closeCode: number
  closeReason: string
  outcome: Outcome
  /** For the log, for history, and for who is told that the session has ended. */
  reason: string
}

/** An administrator has closed the session. */
export const closedByAdmin: Farewell = {
  error: { code: 'session_closed', message: 'The session was closed by an administrator.' },
  closeCode: 4000,
  closeReason: 'invalid_request_error.session_closed',
  outcome: 'ended',
  reason: dismissed,
}

/** Nobody writes down what is said, for so long that there is no room for more. */
export const historyIsFull: Farewell = {
  error: {
    type: 'server_error',
    code: 'history_full',
    message: 'What is said cannot be written down at the moment: the session ends.',
  },
  closeCode: 1013,
  closeReason: 'server_error.history_full',
  outcome: 'ended',
  reason: 'history_full',
}

/** The key that opened it opens nothing any more. */
export const keyRevoked: Farewell = {
  error: { code: wrongKey.code, message: wrongKey.message },
  closeCode: wrongKey.closeCode,
  closeReason: `invalid_request_error.${wrongKey.code}`,
  outcome: 'revoked',
  reason: 'key_revoked',
}

/** Another process has taken the session. */
export const takenOver: Farewell = {
  error: { code: 'session_resumed_elsewhere', message: 'The session was resumed on another connection.' },
  closeCode: 4001,
  closeReason: 'invalid_request_error.session_resumed_elsewhere',
  outcome: 'taken_over',
  reason: 'taken',
}

/** Redis refuses this process: it was silent for too long, and the session was ended or taken meanwhile. */
export const holdLost: Farewell = {
  error: { type: 'server_error', code: 'session_lost', message: 'The session is not held here any more.' },
  closeCode: 1011,
  closeReason: 'server_error.session_lost',
  outcome: 'lost',
  reason: 'lost',
}

/** It is as old as it may become. */
export function expiredAfter(seconds: number): Farewell {
  const age = seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
  const message = `Your session hit the maximum duration of ${age}.`
  const error = { code: 'session_expired', message }
  return { error, closeCode: 1001, closeReason: message, outcome: 'expired', reason: 'expired' }
}

/** It cannot go on here; elsewhere it may, where Redis is what is away. */
export function gaveUp({ kind, code }: Failure): Farewell {
  const isOutage = kind === 'dependency'
  const message = isOutage
    ? 'The session cannot go on here at the moment: connect again to resume it.'
    : 'The session cannot go on: connect again.'
  return {
    error: { type: 'server_error', code, message },
    closeCode: isOutage ? 1013 : 1011,
    closeReason: `server_error.${code}`,
    outcome: isOutage ? 'lost' : 'ended',
    reason: code,
  }
}
