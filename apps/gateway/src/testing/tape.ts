import { concatSamples, samplesOf } from '@voicebox/audio'
import type { SessionId } from '@voicebox/kernel'
import type { ServerEvent } from '@voicebox/protocol'
import { numberOf } from '../session/event-ids.ts'

/** What a client was told, less what is another in every session: its name in ids, and when it is over. */
export function tapeOf(events: readonly ServerEvent[], sessionId: SessionId): unknown[] {
  const space = sessionId.slice('sess_'.length)
  const text = JSON.stringify(events)
    .replaceAll(space, '<session>')
    .replaceAll(space.slice(0, 15), '<session>')
    .replaceAll(/"expires_at":\d+/g, '"expires_at":0')
  return JSON.parse(text) as unknown[]
}

/** Whether an event is one of those that are told again when they were missed; what is told beside them is not. */
export function isNumbered({ event_id }: Pick<ServerEvent, 'event_id'>): boolean {
  return event_id.length === numberedLength
}

const numberedLength = 'event_'.length + 15 + 6

/** The numbers of the events that have one, in the order in which they came. */
export function numbersOf(events: readonly ServerEvent[], sessionId: SessionId): number[] {
  return events.filter(isNumbered).map(({ event_id }) => {
    const number = numberOf(sessionId, event_id)
    if (number === null) throw new Error(`${event_id} is no id of this session`)
    return number
  })
}

/** The audio of a response, as its client plays it. */
export function audioOf(events: readonly ServerEvent[], responseId: string): Int16Array {
  return concatSamples(
    events.flatMap((event) =>
      event.type === 'response.output_audio.delta' && event.response_id === responseId
        ? [samplesOf(Buffer.from(event.delta, 'base64'))]
        : [],
    ),
  )
}

/** Where two tapes differ first, in words; null where they do not. */
export function differenceOf(tape: readonly unknown[], expected: readonly unknown[]): string | null {
  const length = Math.max(tape.length, expected.length)
  for (let at = 0; at < length; at++) {
    const [came, wanted] = [JSON.stringify(tape[at]), JSON.stringify(expected[at])]
    if (came !== wanted) return `event ${at + 1} is\n${came?.slice(0, 600)}\nin place of\n${wanted?.slice(0, 600)}`
  }
  return null
}
