import { type SessionId, toFailure } from '@voicebox/kernel'
import type { AnySessionPatch, Dialect } from '@voicebox/protocol'
import type { SessionRef } from '@voicebox/streams'
import type { Admission } from './admission.ts'
import { type Authenticate, type Identity, openerWith } from './authenticate.ts'
import { tenantOfSecret } from './client-secret.ts'
import {
  betaRefusal,
  dialectOf,
  type Fault,
  greet,
  type GreetingOptions,
  noScope,
  realtimePaths,
  wrongKey,
} from './greeting.ts'
import type { Pipeline } from './models.ts'
import { keyOfConnection } from './presented-key.ts'
import type { TenantTerms, TermsOf } from './terms/tenant-terms.ts'
import type { Acceptance, Socket, SocketHandlers, UpgradeRequest } from './transport/index.ts'
import { noSuchSession, sayFault } from './turned-away.ts'

/** Who connects, and to what. */
export interface Welcome {
  tenantId: string
  /** Of the API key that lets it in; null: the installation's own. */
  keyPrefix: string | null
  /** What tells the client secret again that opens it; null for other keys. */
  openedBy: string | null
  type: 'realtime' | 'transcription'
  /** As the client named it; empty in a transcription session. */
  model: string
  pipeline: Pipeline
  /** The settings that an ephemeral secret brings: valid, and applied before the client hears of the session. */
  patch: AnySessionPatch | null
  dialect: Dialect
  /** Longest life of the session. */
  lifeS: number
  terms: TenantTerms
}

/** Who comes back, and to which session. */
export interface Resumption {
  sessionId: SessionId
  tenantId: string
  keyPrefix: string | null
  dialect: Dialect
  terms: TenantTerms
  /** The last that it has heard of; null: it wants nothing that it has missed. */
  lastEventId: string | null
  /** Whether it sends again what was not received. */
  sendsAgain: boolean
}

export interface HandshakeOptions extends GreetingOptions {
  authenticate: Authenticate
  /** Whether the API key of this prefix still opens something. */
  isValid(keyPrefix: string): Promise<boolean>
  /** Whether a client that is wrong hears so on the open socket, as from OpenAI, or by an HTTP status before. */
  errors: 'event' | 'http'
  /** Why nobody can be served at the moment; null when all is well. */
  unavailable(): string | null
  /** What each tenant may have. */
  termsOf: TermsOf
  /** Who may have another session. */
  admission: Admission
  /** Opens a session of this id, which was let in. */
  open(socket: Socket, welcome: Welcome, sessionId: SessionId): SocketHandlers
  /** Which secret opened a session; null where its tenant has none of this id. */
  findSession(session: SessionRef): Promise<{ openedBy: string | null } | null>
  resume(socket: Socket, resumption: Resumption): SocketHandlers
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
      return unavailable('Keys and limits cannot be checked at the moment.')
    }
  }
}

async function decide(request: UpgradeRequest, options: HandshakeOptions): Promise<Acceptance> {
  const sessionId = request.query.get('session_id')
  if (sessionId !== null) return decideResumption(request, sessionId, options)
  const identity = await options.authenticate(keyOfConnection(request), request.remoteAddress)
  const { termsOf, admission } = options
  const terms = identity === null ? null : await termsOf(identity.tenantId)
  const greeting = greet(request, identity, terms, options)
  if ('closeCode' in greeting) return turnAway(request, greeting, options.errors)
  const reason = options.unavailable() // others came in meanwhile
  if (reason !== null) return unavailable(reason)
  const { tenantId } = greeting
  const entered = await admission.enter(tenantId) // before the key, which may work only once
  if (typeof entered === 'object') return turnAway(request, entered, options.errors)
  const isLet = !request.signal.aborted && (await identity?.enter())
  if (isLet) return accept(request, (socket) => options.open(socket, greeting, entered))
  await admission.leave(tenantId, entered)
  return turnAway(request, wrongKey, options.errors)
}

/** Only its own tenant may resume a session, and the secret that opened it, which may open nothing else by now. */
async function decideResumption(request: UpgradeRequest, id: string, options: HandshakeOptions): Promise<Acceptance> {
  const key = keyOfConnection(request)
  const find = async (tenantId: string | null): ReturnType<typeof options.findSession> =>
    tenantId !== null && isSessionId(id) ? options.findSession({ tenantId, sessionId: id }) : null
  const opened = key === null ? null : tenantOfSecret(key)
  const opener = openerWith(key, (await find(opened))?.openedBy ?? null)
  const isOpener = opener !== null && (opener.issuer === null || (await options.isValid(opener.issuer)))
  const identity = isOpener ? null : await options.authenticate(key, request.remoteAddress)
  if (identity === null && !isOpener) return turnAway(request, wrongKey, options.errors)
  const tenantId = isOpener ? opened : ownerOf(identity)
  if (!isSessionId(id) || tenantId === null || !(isOpener || (await find(tenantId)) !== null))
    return turnAway(request, noSuchSession, options.errors)
  if (identity !== null && !identity.scopes.includes('realtime')) return turnAway(request, noScope, options.errors)
  const keyPrefix = isOpener ? opener.issuer : (identity?.keyPrefix ?? null)
  const dialect = dialectOf(request, options)
  if (dialect === null) return turnAway(request, betaRefusal, options.errors)
  const { query } = request
  const terms = await options.termsOf(tenantId)
  const resumption = { lastEventId: query.get('last_event_id') || null, sendsAgain: query.has('sent_events') }
  return accept(request, (socket) =>
    options.resume(socket, { sessionId: id, tenantId, keyPrefix, dialect, terms, ...resumption }),
  )
}

/** Whose sessions a key may resume; null: a client secret opens those of its own only. */
function ownerOf(identity: Identity | null): string | null {
  return identity?.grant === null ? identity.tenantId : null
}

const isSessionId = (id: string): id is SessionId => /^sess_[0-9A-Za-z]{1,64}$/.test(id)

/** The key may have come as a subprotocol too, so nothing else is ever repeated. */
function accept({ protocols }: UpgradeRequest, open: (socket: Socket) => SocketHandlers): Acceptance {
  return { kind: 'accept', ...(protocols.includes('realtime') ? { protocol: 'realtime' } : {}), open }
}

function turnAway(request: UpgradeRequest, fault: Fault, errors: 'event' | 'http'): Acceptance {
  const { closeCode, code, message } = fault
  const { type = 'invalid_request_error' } = fault
  const status = type === 'rate_limit_error' ? 429 : closeCode === 3000 ? 401 : code === noScope.code ? 403 : 400
  if (errors === 'http') return refusal(status, type, code, message)
  return accept(request, (socket) => {
    sayFault(socket, fault)
    return { onText: () => {}, onBinary: () => {}, onDrain: () => {}, onClose: () => {} }
  })
}

function unavailable(reason: string): Acceptance {
  return refusal(503, 'server_error', 'service_unavailable', reason)
}

function refusal(status: number, type: string, code: string, message: string): Acceptance {
  return { kind: 'refuse', status, body: { error: { message, type, param: null, code } } }
}
