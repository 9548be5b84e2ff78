import { z } from 'zod'
import { type Session, sessionPatchSchema, sessionSchema, type SessionPatch } from './session-object.ts'
import {
  type TranscriptionSession,
  transcriptionSessionPatchSchema,
  type TranscriptionSessionPatch,
  transcriptionSessionSchema,
} from './transcription-session.ts'

export const shownSessionSchema = z.discriminatedUnion('type', [sessionSchema, transcriptionSessionSchema])
/** A session as `session.created` and `session.updated` show it. */
export type ShownSession = Session | TranscriptionSession

export const anySessionPatchSchema = z.discriminatedUnion('type', [sessionPatchSchema, transcriptionSessionPatchSchema])
/** What `session.update` brings, for either type of session. */
export type AnySessionPatch = SessionPatch | TranscriptionSessionPatch
