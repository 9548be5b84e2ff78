import type { z } from 'zod'
import { betaSessionPatchSchema } from '../beta/session-patch.ts'
import { betaTranscriptionPatchSchema } from '../beta/transcription-patch.ts'
import { betaSessionSchema, betaTranscriptionSessionSchema } from './beta-session.ts'
import { clientSecretRequestSchema, clientSecretSchema } from './client-secret.ts'
import { modelListSchema, modelSchema } from './model.ts'

export interface Operation {
  method: 'get' | 'post'
  /** Below the version prefix; parameters in braces. */
  path: string
  id: string
  summary: string
  request?: z.ZodType
  answer: z.ZodType
}

/** What the REST API can do. */
export const operations = [
  {
    method: 'post',
    path: '/realtime/client_secrets',
    id: 'createClientSecret',
    summary: 'Makes a client secret, with which a browser can connect without knowing the key.',
    request: clientSecretRequestSchema,
    answer: clientSecretSchema,
  },
  {
    method: 'post',
    path: '/realtime/sessions',
    id: 'createBetaSession',
    summary: 'Makes a client secret for a realtime session, in the shapes of the beta API; it lives 60 s by default.',
    request: betaSessionPatchSchema,
    answer: betaSessionSchema,
  },
  {
    method: 'post',
    path: '/realtime/transcription_sessions',
    id: 'createBetaTranscriptionSession',
    summary:
      'Makes a client secret for a transcription session, in the shapes of the beta API; it lives 60 s by default.',
    request: betaTranscriptionPatchSchema,
    answer: betaTranscriptionSessionSchema,
  },
  { method: 'get', path: '/models', id: 'listModels', summary: 'Lists the models.', answer: modelListSchema },
  { method: 'get', path: '/models/{model}', id: 'getModel', summary: 'Tells of one model.', answer: modelSchema },
] as const satisfies Operation[]
