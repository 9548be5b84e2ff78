import { newId } from '@voicebox/kernel'
import { encodeServerEvent, wireError } from '@voicebox/protocol'
import type { Fault } from './greeting.ts'
import type { Socket } from './transport/index.ts'

/** The refusal of whoever wants to resume what is not theirs, or is over: nothing tells the two apart. */
export const noSuchSession: Fault = {
  closeCode: 4000,
  code: 'session_not_found',
  message: 'There is no such session to resume: it has ended, or never was.',
}

/** Tells a client on its open socket why nobody serves it, and closes. */
export function sayFault(socket: Socket, { closeCode, type: given, code, message }: Fault): void {
  const type = given ?? 'invalid_request_error'
  const error = wireError({ type, code, message })
  socket.send(encodeServerEvent({ type: 'error', event_id: newId('event'), error }))
  socket.close(closeCode, `${type}.${code}`)
}
