import { newId } from '@voicebox/kernel'
import type { AnySessionPatch, Fault, ShownSession } from '@voicebox/protocol'
import { configureSession, openSession, type PromptTemplate, type Refusal, shownSession } from '@voicebox/session'
import { type Catalogue, defaultModel, offeredTo, unknownModel } from '../models.ts'
import type { RefuseServers } from '../session/mcp-servers.ts'
import { forbiddenInPatch } from '../terms/forbidden.ts'
import { sessionFor } from '../terms/session-for.ts'
import type { TenantTerms } from '../terms/tenant-terms.ts'

export interface PreviewOptions {
  catalogue: Catalogue
  prompts: Readonly<Record<string, PromptTemplate>>
  refuseServers: RefuseServers
}

export type Preview = { ok: true; session: ShownSession } | { ok: false; fault: Fault }

/** The session that settings make of a new one of this tenant, or why they make none. It has not begun, and so does not expire. */
export function previewSession(
  patch: AnySessionPatch,
  terms: TenantTerms,
  { catalogue, prompts, refuseServers }: PreviewOptions,
): Preview {
  const { type } = patch
  const model = type === 'realtime' ? (patch.model ?? defaultModel) : ''
  const pipeline = type === 'realtime' ? offeredTo(terms.models, catalogue).find(model) : catalogue.transcribing
  if (pipeline === undefined) {
    return refused({ code: 'invalid_model', message: unknownModel(model), param: 'session.model' })
  }
  const forbidden = forbiddenInPatch(terms, patch)
  if (forbidden !== null) return refused(forbidden)
  const wrongServer = type === 'realtime' ? refuseServers(patch.tools, 'session') : null
  if (wrongServer !== null) return refused(wrongServer)
  const id = newId('sess')
  const session = sessionFor(terms, { id, model, voice: pipeline.voice, expiresAt: 0 })
  const configured = configureSession(openSession({ session, sessionId: id, type, prompts }), patch)
  return configured.ok ? { ok: true, session: shownSession(configured.state) } : refused(configured.refusal)
}

function refused({ code, message, param = null }: Omit<Refusal, 'param'> & { param?: string | null }): Preview {
  return { ok: false, fault: { code, message, param } }
}
