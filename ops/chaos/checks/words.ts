import type { ResponseObject } from '@voicebox/protocol'
import { type Finding, findings } from '../finding.ts'
import { type Asked, type Transcript, beginOf, receivedOf } from '../transcript.ts'
import type { Excuses } from './excuses.ts'
import { wordsOf } from './response-watch.ts'
import { spokenReply } from '../stage/answers.ts'

/**
 * A response that completed says what was asked for, or calls it; any other says the beginning of it, or that nobody can answer.
 */
export function checkWords(transcript: Transcript, excuses: Excuses): Finding[] {
  return findings('words', transcript, (tell) => {
    for (const { atMs, event } of receivedOf(transcript, 'response.done')) {
      const { response } = event
      const asked = askedFor(response, transcript)
      if (asked === null) {
        tell(atMs, 'a response that was asked for', `${response.id} with ${JSON.stringify(response.metadata)}`)
        continue
      }
      const wanted = asked.call?.arguments ?? asked.words
      const said = response.output.map((item) => wordsOf(item) ?? '').join('|')
      const isRight = response.status === 'completed' ? said === wanted : wanted.startsWith(said)
      if (!isRight) {
        const excuse = excuses.otherWords(beginOf(transcript, atMs), atMs)
        tell(atMs, `${response.id} (${response.status}): ${wanted}`, said, excuse && `other words after ${excuse}`)
      }
      const names = response.output.flatMap((item) => (item.type === 'function_call' ? [item.name] : []))
      if (response.status === 'completed' && names.join() !== (asked.call?.name ?? ''))
        tell(atMs, `a call of ${asked.call?.name ?? 'nothing'}`, names.join())
    }
  })
}

/** What a response was to be; null where nobody asked for it. */
export function askedFor(
  { metadata }: ResponseObject,
  { kind, asked }: Pick<Transcript, 'kind' | 'asked'>,
): Asked | null {
  const tag = metadata?.['turn']
  if (tag !== undefined) return asked[tag] ?? null
  return kind === 'spoken' ? { words: spokenReply, modality: 'audio', call: null } : null
}
