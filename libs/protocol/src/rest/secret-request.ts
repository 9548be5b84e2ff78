import type { z } from 'zod'
import { betaSessionPatch } from '../beta/session-patch.ts'
import { betaTranscriptionPatch } from '../beta/transcription-patch.ts'
import { type Fault, issueToFault } from '../issue-to-error.ts'
import type { AnySessionPatch } from '../shown-session.ts'
import { defaultBetaSeconds, lifetimeSchema } from './beta-session.ts'
import { clientSecretRequestSchema, defaultSecretSeconds } from './client-secret.ts'

/** A client secret to make, whichever API asks for it. */
export interface SecretRequest {
  patch: AnySessionPatch
  ttlS: number
  isSingleUse: boolean
  /** Null: sessions last as long as any. */
  maxSessionS: number | null
}

export type ParsedSecretRequest = { ok: true; request: SecretRequest } | { ok: false; fault: Fault }

/**
 * Reads the JSON of a request body. Total: what is wrong is said as an `error` event would say it, with the path from the
 * body's root.
 */
export type ParseSecretRequest = (json: unknown) => ParsedSecretRequest

export const parseClientSecretRequest: ParseSecretRequest = (json) =>
  fromObject(json, () => {
    const body = read(clientSecretRequestSchema, json)
    if (!body.ok) return body
    const { expires_after, session, single_use, max_session_seconds } = body.value
    const request = {
      patch: session ?? { type: 'realtime' as const },
      ttlS: expires_after?.seconds ?? defaultSecretSeconds,
      isSingleUse: single_use,
      maxSessionS: max_session_seconds ?? null,
    }
    return { ok: true, request }
  })

export const parseBetaSessionRequest: ParseSecretRequest = (json) => fromFlat(json, betaSessionPatch)

export const parseBetaTranscriptionRequest: ParseSecretRequest = (json) => fromFlat(json, betaTranscriptionPatch)

/** The flat bodies carry the secret's lifetime among the settings. */
function fromFlat(json: unknown, readPatch: typeof betaSessionPatch | typeof betaTranscriptionPatch) {
  return fromObject(json, () => {
    const flat = readPatch(json)
    if (!flat.ok) return flat
    const lifetime = read(lifetimeSchema, json)
    if (!lifetime.ok) return lifetime
    const { expires_after, expires_at } = lifetime.value.client_secret ?? {}
    const ttlS = expires_after?.seconds ?? expires_at?.seconds ?? defaultBetaSeconds
    return { ok: true, request: { patch: flat.patch, ttlS, isSingleUse: false, maxSessionS: null } }
  })
}

function fromObject(json: unknown, parse: () => ParsedSecretRequest): ParsedSecretRequest {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return parse()
  const message = 'The request body is not a JSON object.'
  return { ok: false, fault: { code: 'invalid_type', message, param: null } }
}

function read<T>(schema: z.ZodType<T>, json: unknown): { ok: true; value: T } | { ok: false; fault: Fault } {
  const result = schema.safeParse(json, { reportInput: true })
  return result.success ? { ok: true, value: result.data } : { ok: false, fault: issueToFault(result.error.issues[0]) }
}
