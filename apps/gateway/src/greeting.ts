import { type AnySessionPatch, type Dialect, gaDialect } from '@voicebox/protocol'
import type { SecretGrant } from '@voicebox/streams'
import type { Identity } from './authenticate.ts'
import type { Welcome } from './handshake.ts'
import { type Catalogue, offeredTo, unknownModel } from './models.ts'
import { forbiddenInPatch } from './terms/forbidden.ts'
import type { TenantTerms } from './terms/tenant-terms.ts'
import type { UpgradeRequest } from './transport/index.ts'

/** Why nobody is let in. */
export interface Fault {
  closeCode: 3000 | 4000 | 1013
  /** Absent: the client's fault. */
  type?: 'server_error' | 'rate_limit_error'
  code: string
  message: string
}

export interface GreetingOptions {
  catalogue: Catalogue
  /** How clients of the beta API are served; null: they are refused. */
  betaDialect: Dialect | null
  /** Longest life of a session. */
  sessionMaxS: number
}

/** Where sessions are opened: as OpenAI has it, and as Azure has it now and had it before. */
export const realtimePaths = ['/v1/realtime', '/openai/v1/realtime', '/openai/realtime'] as const

export const wrongKey: Fault = { closeCode: 3000, code: 'invalid_api_key', message: 'Incorrect API key provided.' }

/** Only who has a good key hears this. */
export const noScope: Fault = {
  closeCode: 4000,
  code: 'insufficient_permissions',
  message: "This API key may not open sessions: it lacks the scope 'realtime'.",
}

/** Says which session a client gets, or why none; the key is looked at first, then the dialect, then what was asked for. */
export function greet(
  request: UpgradeRequest,
  identity: Identity | null,
  terms: TenantTerms | null,
  options: GreetingOptions,
): Welcome | Fault {
  if (identity === null || terms === null) return wrongKey
  if (!identity.scopes.includes('realtime')) return noScope
  const dialect = dialectOf(request, options)
  if (dialect === null) return betaRefusal
  const { tenantId, keyPrefix, grant, openedBy } = identity
  const asked = whatIsAsked(request, grant, offeredTo(terms.models, options.catalogue))
  if ('closeCode' in asked) return asked
  const patch = (grant?.patch ?? null) as AnySessionPatch | null // valid when it was kept
  const forbidden = patch === null ? null : forbiddenInPatch(terms, patch)
  if (forbidden !== null) return refuse(forbidden.code, forbidden.message)
  const longest = [options.sessionMaxS, terms.sessionMaxS, grant?.maxSessionS]
  const lifeS = Math.min(...longest.filter((one) => one != null))
  return { tenantId, keyPrefix, openedBy, ...asked, patch, dialect, lifeS, terms }
}

/** The dialect that a client speaks; null: it is not served. */
export function dialectOf(request: UpgradeRequest, options: Pick<GreetingOptions, 'betaDialect'>): Dialect | null {
  return isBeta(request) ? options.betaDialect : gaDialect
}

export const betaRefusal: Fault = {
  closeCode: 4000,
  code: 'beta_api_shape_disabled',
  message: 'The Realtime beta API is not served here: leave out the beta header and use the GA events.',
}

type Asked = Pick<Welcome, 'type' | 'model' | 'pipeline'>

function whatIsAsked(
  { path, query }: UpgradeRequest,
  grant: SecretGrant | null,
  catalogue: GreetingOptions['catalogue'],
): Asked | Fault {
  const callId = query.get('call_id')
  if (callId !== null) {
    return refuse('invalid_call_id', `No call with id '${callId.slice(0, 100)}' exists: this server takes no calls.`)
  }
  const intent = query.get('intent') || null
  const type = intent === null ? (grant?.type ?? 'realtime') : typesByIntent.get(intent)
  if (type === undefined) {
    return refuse('invalid_intent', `Sessions of intent '${intent?.slice(0, 100)}' are not supported.`)
  }
  if (grant !== null && grant.type !== type) {
    return refuse('invalid_intent', `This client secret is for sessions of type '${grant.type}'.`)
  }
  const named = (path === '/openai/realtime' && query.get('deployment')) || query.get('model') || null
  if (type === 'transcription') {
    return named === null
      ? { type, model: '', pipeline: catalogue.transcribing }
      : refuse('invalid_model', 'You must not provide a model parameter for transcription sessions.')
  }
  const model = named ?? grant?.model ?? null
  if (model === null) return refuse('missing_model', "You must provide a model parameter, as in '?model=gpt-realtime'.")
  const pipeline = catalogue.find(model)
  return pipeline === undefined ? refuse('invalid_model', unknownModel(model)) : { type, model, pipeline }
}

const typesByIntent = new Map<string, Welcome['type']>([
  ['conversation', 'realtime'],
  ['transcription', 'transcription'],
])

/** Clients say so by header or subprotocol; those of Azure's previews by the version alone, since these had no other dialect. */
function isBeta({ path, query, header, protocols }: UpgradeRequest): boolean {
  const features = (header('openai-beta') ?? '')
    .split(',')
    .map((feature) => feature.replaceAll(/\s/g, '').toLowerCase())
  const isPreview = path === '/openai/realtime' && (query.get('api-version')?.endsWith('-preview') ?? false)
  return features.includes('realtime=v1') || protocols.includes('openai-beta.realtime-v1') || isPreview
}

function refuse(code: string, message: string): Fault {
  return { closeCode: 4000, code, message }
}
