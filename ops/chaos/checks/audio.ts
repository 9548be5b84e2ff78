import { samplesOf } from '@voicebox/audio'
import { type Finding, findings } from '../finding.ts'
import { type Transcript, beginOf, receivedOf } from '../transcript.ts'
import type { Excuses } from './excuses.ts'
import type { ReadSpelling } from './spelling.ts'
import { askedFor } from './words.ts'

/**
 * The audio of a response that completed spells what was asked for, without a piece missing, twice or out of place; that of any
 * other spells the beginning of it.
 */
export function checkAudio(transcript: Transcript, excuses: Excuses, read: ReadSpelling): Finding[] {
  return findings('audio', transcript, (tell) => {
    const pieces = new Map<string, Buffer[]>()
    for (const { event } of receivedOf(transcript, 'response.output_audio.delta')) {
      const piece = Buffer.from(event.delta, 'base64')
      const before = pieces.get(event.response_id)
      if (before === undefined) pieces.set(event.response_id, [piece])
      else before.push(piece)
    }
    for (const { atMs, event } of receivedOf(transcript, 'response.done')) {
      const { id, status, audio } = event.response
      const asked = askedFor(event.response, transcript)
      if (asked === null) continue
      const { text, strangeAt } = read(samplesOf(Buffer.concat(pieces.get(id) ?? [])), audio.output.voice)
      if (strangeAt !== null)
        tell(atMs, `${id} spelled in audio`, `“${text}”, then strange audio at sample ${strangeAt}`)
      const wanted = asked.modality === 'audio' ? inLetters(asked.words) : ''
      const said = inLetters(text)
      if (status === 'completed' ? said === wanted : wanted.startsWith(said)) continue
      const since = beginOf(transcript, atMs)
      const excuse = excuses.otherWords(since, atMs) ?? excuses.unserved('tts', since, atMs)
      tell(atMs, `${id} (${status}) heard as: ${asked.words}`, text, excuse && `other audio after ${excuse}`)
    }
  })
}

/** Without what is not said between two segments. */
function inLetters(text: string): string {
  return text.replaceAll(/\s/g, '')
}
