import { newId } from '@voicebox/kernel'
import { type AnySessionPatch, defaultSession, type Fault, type ShownSession } from '@voicebox/protocol'
import { configureSession, openSession, type PromptTemplate, type Refusal, shownSession } from '@voicebox/session'
import { unknownModel } from '../greeting.ts'
import { type Catalogue, defaultModel } from '../models.ts'
import type { RefuseServers } from '../session/mcp-servers.ts'

export interface PreviewOptions {
  catalogue: Pick<Catalogue, 'find' | 'transcribing'>
  prompts: Readonly<Record<string, PromptTemplate>>
  refuseServers: RefuseServers
}

export type Preview = { ok: true; session: ShownSession } | { ok: false; fault: Fault }

/** The session that settings make of a new one, or why they make none. It has not begun, and so does not expire. */
export function previewSession(patch: AnySessionPatch, { catalogue, prompts, refuseServers }: PreviewOptions): Preview {
  const { type } = patch
  const model = type === 'realtime' ? (patch.model ?? defaultModel) : ''
  const pipeline = type === 'realtime' ? catalogue.find(model) : catalogue.transcribing
  if (pipeline === undefined) {
    return refused({ code: 'invalid_model', message: unknownModel(model), param: 'session.model' })
  }
  const wrongServer = type === 'realtime' ? refuseServers(patch.tools, 'session') : null
  if (wrongServer !== null) return refused(wrongServer)
  const id = newId('sess')
  const session = defaultSession({ id, model, voice: pipeline.voice, expiresAt: 0 })
  const configured = configureSession(openSession({ session, sessionId: id, type, prompts }), patch)
  return configured.ok ? { ok: true, session: shownSession(configured.state) } : refused(configured.refusal)
}

function refused({ code, message, param = null }: Omit<Refusal, 'param'> & { param?: string | null }): Preview {
  return { ok: false, fault: { code, message, param } }
}
