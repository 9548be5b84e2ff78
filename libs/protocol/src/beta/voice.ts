import type { Voice } from '../session-object.ts'

/** The beta dialect has only names for voices. */
export const betaVoiceOf = (voice: Voice): string => (typeof voice === 'string' ? voice : voice.id)
