import { type Finding, findings } from '../finding.ts'
import { type Transcript, receivedOf } from '../transcript.ts'
import { wordsOf } from './response-watch.ts'

/** What the server has of each item, when it is asked at the end, is what it had told. */
export function checkRollCall(transcript: Transcript): Finding[] {
  return findings('roll call', transcript, (tell) => {
    const told = new Map<string, string>()
    for (const { event } of transcript.received) {
      if (event.type === 'conversation.item.done') told.set(event.item.id, wordsOf(event.item) ?? '')
      if (event.type === 'conversation.item.input_audio_transcription.completed')
        told.set(event.item_id, event.transcript)
      if (event.type === 'conversation.item.truncated') told.set(event.item_id, '')
    }
    for (const { atMs, event } of receivedOf(transcript, 'conversation.item.retrieved')) {
      const words = wordsOf(event.item) ?? ''
      const wanted = told.get(event.item.id)
      if (words !== wanted) tell(atMs, `${event.item.id}: ${wanted ?? 'unknown'}`, words)
    }
  })
}
