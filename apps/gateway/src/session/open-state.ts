import { sttEngines } from '@voicebox/engines'
import type { Clock, Log, SessionId } from '@voicebox/kernel'
import {
  configureSession,
  openSession,
  type SessionLimits,
  type SessionStart,
  type SessionState,
} from '@voicebox/session'
import type { Welcome } from '../handshake.ts'
import { sessionFor } from '../terms/session-for.ts'

/** What every session of a gateway begins with. */
export interface StateOptions {
  clock: Clock
  log: Log
  limits: Pick<SessionLimits, 'inputBufferMs' | 'workTimeoutMs' | 'keptAudioMs'> &
    Partial<Pick<SessionLimits, 'apology' | 'items' | 'keepsHistory'>>
  prompts: NonNullable<SessionStart['prompts']>
  announcesConversation: boolean
}

/** The state of a session before its first input: as its tenant, its model, its engines and its secret have it. */
export function openState(sessionId: SessionId, welcome: Welcome, options: StateOptions): SessionState {
  const { type, model, pipeline, patch, lifeS, terms } = welcome
  const expiresAt = Math.ceil(options.clock.now() / 1000) + lifeS // not before its time
  const { mode, interims } = sttEngines[pipeline.stt]
  const opened = openSession({
    session: sessionFor(terms, { id: sessionId, model, voice: pipeline.voice, expiresAt }),
    sessionId,
    type,
    limits: {
      ...options.limits,
      contextTokens: pipeline.contextTokens,
      transcribesLive: mode === 'live',
      settlesWords: interims === 'settled',
    },
    prompts: options.prompts,
    announcesConversation: options.announcesConversation,
  })
  if (patch === null) return opened
  const configured = configureSession(opened, patch)
  if (configured.ok) return configured.state
  options.log.warn({ sessionId, ...configured.refusal }, 'The settings of a secret do not suit this gateway')
  return opened
}
