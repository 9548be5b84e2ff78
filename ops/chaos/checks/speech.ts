import { type Finding, findings } from '../finding.ts'
import { silenceMs, spokenWords } from '../stage/answers.ts'
import { type Transcript, beginOf, receivedOf } from '../transcript.ts'
import type { Excuses } from './excuses.ts'

/**
 * Each recording is heard as one turn, where it lies in all the audio that was sent: so no audio was lost or taken twice. What
 * was committed is transcribed, once and whole.
 */
export function checkSpeech(transcript: Transcript, excuses: Excuses): Finding[] {
  return findings('speech', transcript, (tell) => {
    const endMs = transcript.received.at(-1)?.atMs ?? 0
    const spoken = transcript.turns.flatMap(({ speech }) => speech ?? [])
    const started = receivedOf(transcript, 'input_audio_buffer.speech_started')
    const stopped = receivedOf(transcript, 'input_audio_buffer.speech_stopped')
    const committed = receivedOf(transcript, 'input_audio_buffer.committed')
    for (const [what, { length }] of Object.entries({ started, stopped }))
      if (length !== spoken.length) tell(endMs, `speech ${what} ${spoken.length} times`, `${length}`)
    for (const [at, { startMs, endMs: lastMs }] of spoken.entries()) {
      const [start, stop] = [started[at], stopped[at]]
      const turnUntilMs = lastMs + silenceMs
      if (start !== undefined && Math.abs(start.event.audio_start_ms - startMs) > toleranceMs)
        tell(start.atMs, `speech from ${startMs} ms`, `from ${start.event.audio_start_ms} ms`)
      if (stop !== undefined && Math.abs(stop.event.audio_end_ms - turnUntilMs) > toleranceMs)
        tell(stop.atMs, `speech until ${turnUntilMs} ms`, `until ${stop.event.audio_end_ms} ms`)
      if (start?.event.item_id !== stop?.event.item_id)
        tell(stop?.atMs ?? endMs, `${start?.event.item_id ?? 'no item'} stopped`, stop?.event.item_id ?? 'nothing')
    }
    const commits = transcript.sent.filter(({ event }) => event.type === 'input_audio_buffer.commit')
    const utterances = commits.length + spoken.length
    if (committed.length !== utterances) tell(endMs, `${utterances} utterances committed`, `${committed.length}`)
    for (const { atMs, event } of committed) checkTranscription(event.item_id, atMs)

    function checkTranscription(itemId: string, atMs: number): void {
      const deltas = receivedOf(transcript, 'conversation.item.input_audio_transcription.delta')
      const completed = receivedOf(transcript, 'conversation.item.input_audio_transcription.completed')
      const failed = receivedOf(transcript, 'conversation.item.input_audio_transcription.failed')
      const words = completed.flatMap(({ event }) => (event.item_id === itemId ? [event.transcript] : []))
      const pieces = deltas.flatMap(({ event }) => (event.item_id === itemId ? [event.delta] : []))
      const failures = failed.filter(({ event }) => event.item_id === itemId)
      const [failure] = failures
      if (failure !== undefined && failures.length === 1 && words.length === 0) {
        const since = beginOf(transcript, atMs)
        const excuse = excuses.unserved('stt', since, failure.atMs) ?? excuses.dataLost(since, failure.atMs)
        const { code } = failure.event.error
        return tell(failure.atMs, `${itemId} transcribed`, code, excuse && `not transcribed (${code}) after ${excuse}`)
      }
      if (words.join('|') !== spokenWords || failures.length > 0)
        tell(endMs, `${itemId} transcribed once: ${spokenWords}`, [...words, ...failures.map(() => 'failed')].join('|'))
      if (pieces.join('') !== spokenWords) tell(endMs, `${itemId} in pieces: ${spokenWords}`, pieces.join(''))
    }
  })
}

/** What voice activity may be off, prefix padding included. */
const toleranceMs = 400
