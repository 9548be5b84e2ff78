import { flatPath } from '../beta/paths.ts'
import { flatSession } from '../beta/session.ts'
import { flatTranscriptionSession } from '../beta/transcription-session.ts'
import type { ShownSession } from '../shown-session.ts'
import type { ClientSecret } from './client-secret.ts'
import {
  parseBetaSessionRequest,
  parseBetaTranscriptionRequest,
  parseClientSecretRequest,
  type ParseSecretRequest,
} from './secret-request.ts'

/** One of the ways to ask for a client secret. */
export interface SecretApi {
  path: '/realtime/client_secrets' | '/realtime/sessions' | '/realtime/transcription_sessions'
  parse: ParseSecretRequest
  /** Where in the body a setting is, whose path `session.update` would name. */
  param(path: string): string
  answer(secret: Pick<ClientSecret, 'value' | 'expires_at'>, session: ShownSession): object
}

const flat: Pick<SecretApi, 'param' | 'answer'> = {
  param: (path) => flatPath(path).replace(/^session\./, ''),
  answer: (client_secret, session) => ({
    ...(session.type === 'transcription' ? flatTranscriptionSession(session) : flatSession(session)),
    client_secret,
  }),
}

export const secretApis: readonly SecretApi[] = [
  {
    path: '/realtime/client_secrets',
    parse: parseClientSecretRequest,
    param: (path) => path,
    answer: (secret, session): ClientSecret => ({ ...secret, session }),
  },
  { path: '/realtime/sessions', parse: parseBetaSessionRequest, ...flat },
  { path: '/realtime/transcription_sessions', parse: parseBetaTranscriptionRequest, ...flat },
]
