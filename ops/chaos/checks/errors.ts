import { type Finding, findings } from '../finding.ts'
import type { MemberKind } from '../plan/members.ts'
import { type Transcript, beginOf, receivedOf } from '../transcript.ts'
import type { Excuses } from './excuses.ts'

/** Errors come for a cancellation that was too late, and for what faults excuse; for nothing else. */
export function checkErrors(transcript: Transcript, excuses: Excuses): Finding[] {
  return findings('errors', transcript, (tell) => {
    for (const { atMs, event } of receivedOf(transcript, 'error')) {
      const { code, message, event_id: askedBy } = event.error
      const asked = transcript.sent.find((sent) => sent.event.event_id !== undefined && sent.event.event_id === askedBy)
      if (asked?.event.type === 'response.cancel' && code === 'response_cancel_not_active') continue
      const excuse = asked === undefined ? excuseOf(code ?? '', beginOf(transcript, atMs), atMs) : null
      tell(atMs, 'no error', `${code ?? ''}: ${message}`, excuse && `${code ?? ''} after ${excuse}`)
    }
  })

  function excuseOf(code: string, fromMs: number, toMs: number): string | null {
    if (code === 'results_lost') return excuses.dataLost(fromMs, toMs)
    if (code === 'service_unavailable') return excuses.redisAway(fromMs, toMs)
    const kind = servedBy.get(code)
    return kind === undefined ? null : excuses.unserved(kind, fromMs, toMs)
  }
}

const servedBy = new Map<string, MemberKind>([
  ['transcription_unavailable', 'stt'],
  ['language_unavailable', 'llm'],
  ['speech_unavailable', 'tts'],
])
