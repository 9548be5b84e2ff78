import type { Clock } from '@voicebox/kernel'
import type { AnySessionPatch, Fault, SecretApi } from '@voicebox/protocol'
import type { Secrets } from '../authenticate.ts'
import { newSecret } from '../client-secret.ts'
import type { TermsOf } from '../terms/tenant-terms.ts'
import { type PreviewOptions, previewSession } from './preview-session.ts'

export interface IssueOptions extends PreviewOptions {
  secrets: Pick<Secrets, 'keep'>
  termsOf: TermsOf
  clock: Pick<Clock, 'now'>
}

export type Issued = { ok: true; answer: object } | { ok: false; fault: Fault }

/** Makes a client secret as a body asks for it, or says what is wrong: no secret brings settings that a session would refuse. */
export async function issueSecret(
  api: SecretApi,
  json: unknown,
  { tenantId, keyPrefix }: { tenantId: string; keyPrefix: string | null },
  options: IssueOptions,
): Promise<Issued> {
  const parsed = api.parse(json)
  if (!parsed.ok) return parsed
  const { patch, ttlS, isSingleUse, maxSessionS } = parsed.request
  const preview = previewSession(patch, await options.termsOf(tenantId), options)
  if (!preview.ok) {
    const { code, message, param } = preview.fault
    return { ok: false, fault: { code, message, param: param === null ? null : api.param(param) } }
  }
  const { session } = preview
  const createdAtS = Math.floor(options.clock.now() / 1_000)
  const expiresAtS = createdAtS + ttlS
  const value = newSecret(tenantId)
  await options.secrets.keep(value, {
    tenantId,
    issuer: keyPrefix,
    type: session.type,
    model: session.type === 'realtime' ? session.model : null,
    patch: withoutModel(patch),
    isSingleUse,
    maxSessionS,
    createdAtS,
    expiresAtS,
  })
  return { ok: true, answer: api.answer({ value, expires_at: expiresAtS }, session) }
}

/** A connection may name another model, which must not contradict the settings. */
function withoutModel(patch: AnySessionPatch): AnySessionPatch {
  if (patch.type === 'transcription') return patch
  const { model: _, ...rest } = patch
  return rest
}
