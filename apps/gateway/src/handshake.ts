import { newId } from '@voicebox/kernel'
import { encodeServerEvent, wireError } from '@voicebox/protocol'
import type { Authenticate } from './authenticate.ts'
import type { FindPipeline, Pipeline } from './models.ts'
import type { Acceptance, Socket, SocketHandlers, UpgradeRequest } from './transport/index.ts'

/** Who connects, and to what. */
export interface Welcome {
  tenantId: string
  model: string
  pipeline: Pipeline
}

export interface HandshakeOptions {
  authenticate: Authenticate
  findPipeline: FindPipeline
  /** Why nobody can be served at the moment; null when all is well. */
  unavailable(): string | null
  open(socket: Socket, welcome: Welcome): SocketHandlers
}

const path = '/v1/realtime'

/**
 * Answers an upgrade as OpenAI does: it is accepted, and what is wrong with key, model or dialect is told in one `error`
 * event before the socket closes. Only a wrong path and a gateway that cannot serve are refused over HTTP.
 */
export function makeHandshake(options: HandshakeOptions): (request: UpgradeRequest) => Acceptance {
  return (request) => {
    if (request.path !== path) {
      return refusal(404, 'invalid_request_error', 'not_found', `Unknown path '${request.path}': expected '${path}'.`)
    }
    const reason = options.unavailable()
    if (reason !== null) return refusal(503, 'server_error', 'service_unavailable', reason)
    const greeting = greet(request, options)
    return {
      kind: 'accept',
      ...(request.protocols.includes('realtime') ? { protocol: 'realtime' } : {}),
      open: (socket) => ('model' in greeting ? options.open(socket, greeting) : turnAway(socket, greeting)),
    }
  }
}

interface Fault {
  closeCode: number
  code: string
  message: string
}

function greet(request: UpgradeRequest, { authenticate, findPipeline }: HandshakeOptions): Welcome | Fault {
  const identity = authenticate(request)
  if (identity === null) {
    return { closeCode: 3000, code: 'invalid_api_key', message: 'Incorrect API key provided.' }
  }
  const isBeta =
    request.header('openai-beta') === 'realtime=v1' || request.protocols.includes('openai-beta.realtime-v1')
  if (isBeta) {
    const message = 'The Realtime beta API is not supported: leave out the beta header and use the GA events.'
    return { closeCode: 4000, code: 'beta_api_shape_disabled', message }
  }
  const intent = request.query.get('intent')
  if (intent !== null && intent !== 'conversation') {
    return { closeCode: 4000, code: 'invalid_intent', message: `Sessions of intent '${intent}' are not supported.` }
  }
  const model = request.query.get('model')
  if (!model) {
    return {
      closeCode: 4000,
      code: 'missing_model',
      message: "You must provide a model parameter, as in '?model=gpt-realtime'.",
    }
  }
  const pipeline = findPipeline(model)
  if (pipeline === undefined) {
    return {
      closeCode: 4000,
      code: 'invalid_model',
      message: `Model '${model.slice(0, 100)}' is not supported in realtime mode.`,
    }
  }
  return { ...identity, model, pipeline }
}

function turnAway(socket: Socket, { closeCode, code, message }: Fault): SocketHandlers {
  const error = wireError({ code, message })
  socket.send(encodeServerEvent({ type: 'error', event_id: newId('event'), error }))
  socket.close(closeCode, `invalid_request_error.${code}`)
  return { onText: () => {}, onBinary: () => {}, onDrain: () => {}, onClose: () => {} }
}

function refusal(status: number, type: string, code: string, message: string): Acceptance {
  return { kind: 'refuse', status, body: { error: { message, type, param: null, code } } }
}
