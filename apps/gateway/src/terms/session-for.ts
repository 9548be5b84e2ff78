import { defaultSession, type Session } from '@voicebox/protocol'
import { firstVoice, type TenantTerms } from './tenant-terms.ts'

/** The session that a client has before it sets anything: as its tenant and its model have it. `voice` is the model's. */
export function sessionFor(
  terms: TenantTerms,
  { voice, ...about }: { id: string; model: string; voice: string; expiresAt: number },
): Session {
  return { ...defaultSession({ ...about, voice: firstVoice(terms, voice) }), instructions: terms.instructions }
}
