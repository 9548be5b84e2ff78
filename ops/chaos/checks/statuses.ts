import type { ResponseObject } from '@voicebox/protocol'
import { type Finding, findings } from '../finding.ts'
import { type Transcript, beginOf, receivedOf } from '../transcript.ts'
import type { Excuses } from './excuses.ts'

/**
 * Responses complete, save those that the client cancelled or spoke over, and those whose language worker was lost when it had
 * begun to speak, which found none, or whose words Redis has lost.
 */
export function checkStatuses(transcript: Transcript, excuses: Excuses): Finding[] {
  return findings('statuses', transcript, (tell) => {
    for (const { atMs, event } of receivedOf(transcript, 'response.done')) {
      const { response } = event
      const reason = shown(response)
      if (response.status === 'completed' || isCalledFor(response, atMs, transcript)) continue
      const excuse = excuseOf(response, beginOf(transcript, atMs), atMs)
      tell(atMs, `${response.id} completed`, reason, excuse === null ? null : `${reason} after ${excuse}`)
    }
  })

  function excuseOf({ status, status_details: details }: ResponseObject, fromMs: number, toMs: number): string | null {
    const lost = excuses.dataLost(fromMs, toMs)
    if (status === 'failed')
      return excuses.languageWorkerLost(fromMs, toMs) ?? excuses.unserved('llm', fromMs, toMs) ?? lost
    return status === 'incomplete' && details?.type === 'incomplete' && details.reason === undefined ? lost : null
  }
}

function shown({ status, status_details: details }: ResponseObject): string {
  const why = details === null ? '' : details.type === 'failed' ? details.error.code : (details.reason ?? '')
  return why === '' ? status : `${status} (${why})`
}

/** Whether the client had cancelled it, or had begun to speak. */
function isCalledFor({ id, status_details: details }: ResponseObject, atMs: number, transcript: Transcript): boolean {
  if (details?.type !== 'cancelled') return false
  if (details.reason === 'turn_detected')
    return receivedOf(transcript, 'input_audio_buffer.speech_started').some((speech) => speech.atMs <= atMs)
  return transcript.sent.some(({ event }) => event.type === 'response.cancel' && event.response_id === id)
}
