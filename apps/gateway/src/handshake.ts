import { newId, toFailure } from '@voicebox/kernel'
import { type AnySessionPatch, type Dialect, encodeServerEvent, wireError } from '@voicebox/protocol'
import type { Authenticate } from './authenticate.ts'
import { type Fault, greet, type GreetingOptions, realtimePaths, wrongKey } from './greeting.ts'
import type { Pipeline } from './models.ts'
import { keyOfConnection } from './presented-key.ts'
import type { Acceptance, Socket, SocketHandlers, UpgradeRequest } from './transport/index.ts'

/** Who connects, and to what. */
export interface Welcome {
  tenantId: string
  type: 'realtime' | 'transcription'
  /** As the client named it; empty in a transcription session. */
  model: string
  pipeline: Pipeline
  /** The settings that an ephemeral secret brings: valid, and applied before the client hears of the session. */
  patch: AnySessionPatch | null
  dialect: Dialect
  /** Longest life of the session. */
  lifeS: number
}

export interface HandshakeOptions extends GreetingOptions {
  authenticate: Authenticate
  /** Whether a client that is wrong hears so on the open socket, as from OpenAI, or by an HTTP status before. */
  errors: 'event' | 'http'
  /** Why nobody can be served at the moment; null when all is well. */
  unavailable(): string | null
  open(socket: Socket, welcome: Welcome): SocketHandlers
}

/**
 * Answers an upgrade as OpenAI does: it is accepted, and what is wrong with key, dialect or model is told in one `error`
 * event before the socket closes. Only a wrong path and a gateway that cannot serve are always refused over HTTP.
 */
export function makeHandshake(options: HandshakeOptions): (request: UpgradeRequest) => Promise<Acceptance> {
  return async (request) => {
    if (!realtimePaths.some((path) => path === request.path)) {
      const message = `Unknown path '${request.path.slice(0, 200)}': expected '${realtimePaths[0]}'.`
      return refusal(404, 'invalid_request_error', 'not_found', message)
    }
    const reason = options.unavailable()
    if (reason !== null) return unavailable(reason)
    try {
      return await decide(request, options)
    } catch (error) {
      if (toFailure(error).kind === 'bug') throw error
      return unavailable('Keys cannot be checked at the moment.')
    }
  }
}

async function decide(request: UpgradeRequest, options: HandshakeOptions): Promise<Acceptance> {
  const identity = await options.authenticate(keyOfConnection(request))
  const greeting = greet(request, identity, options)
  if ('closeCode' in greeting) return turnAway(request, greeting, options.errors)
  const reason = options.unavailable() // others came in meanwhile
  if (reason !== null) return unavailable(reason)
  const isLet = !request.signal.aborted && (await identity?.enter())
  if (!isLet) return turnAway(request, wrongKey, options.errors)
  return accept(request, (socket) => options.open(socket, greeting))
}

/** The key may have come as a subprotocol too, so nothing else is ever repeated. */
function accept({ protocols }: UpgradeRequest, open: (socket: Socket) => SocketHandlers): Acceptance {
  return { kind: 'accept', ...(protocols.includes('realtime') ? { protocol: 'realtime' } : {}), open }
}

function turnAway(request: UpgradeRequest, { closeCode, code, message }: Fault, errors: 'event' | 'http'): Acceptance {
  if (errors === 'http') return refusal(closeCode === 3000 ? 401 : 400, 'invalid_request_error', code, message)
  return accept(request, (socket) => {
    const error = wireError({ code, message })
    socket.send(encodeServerEvent({ type: 'error', event_id: newId('event'), error }))
    socket.close(closeCode, `invalid_request_error.${code}`)
    return { onText: () => {}, onBinary: () => {}, onDrain: () => {}, onClose: () => {} }
  })
}

function unavailable(reason: string): Acceptance {
  return refusal(503, 'server_error', 'service_unavailable', reason)
}

function refusal(status: number, type: string, code: string, message: string): Acceptance {
  return { kind: 'refuse', status, body: { error: { message, type, param: null, code } } }
}
