import { is } from '../../judgement/is.ts'
import { expectShape, shown } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import type { DialOptions } from '../../server/dial.ts'
import type { Server } from '../../server/server.ts'

interface TurnedAway {
  codes: readonly string[]
  closeCode: number
  /** What a server may answer before the upgrade instead. */
  statuses: readonly number[]
}

/**
 * Dials what must not become a session. The official server accepts, says why not in an `error`, and closes with the
 * error's name as the reason; a server may also refuse the upgrade itself.
 */
export async function turnsAway(server: Server, options: DialOptions, allowed: TurnedAway): Promise<void> {
  const { codes, closeCode, statuses } = allowed
  const dialled = await server.dial(options)
  if (dialled.kind === 'failed') throw new Unmet('an answer', dialled.reason)
  if (dialled.kind === 'refused') {
    if (statuses.includes(dialled.status)) return
    throw new Unmet(`HTTP ${statuses.join(' or ')}, or an error ${codes.join(' or ')}`, `HTTP ${dialled.status}`)
  }
  const { connection } = dialled
  const complaint = await connection.next(['error', 'session.created'])
  expectShape('the first event', complaint, {
    type: 'error',
    error: { type: is.oneOf('invalid_request_error', 'authentication_error'), code: is.oneOf(...codes) },
  })
  const closing = await connection.closing()
  const reasons = codes.flatMap((code) => [`invalid_request_error.${code}`, `authentication_error.${code}`])
  if (closing.code !== closeCode || !reasons.includes(closing.reason)) {
    throw new Unmet(`the connection to be closed: ${closeCode} ${reasons[0] ?? ''}`, shown(closing))
  }
}
