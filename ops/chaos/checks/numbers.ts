import { type Finding, findings } from '../finding.ts'
import type { Transcript } from '../transcript.ts'
import { type EventNumber, eventNumber, isBefore } from './event-number.ts'

/** The numbers of the events grow, whatever connection brought them, and none that the server kept is missing. */
export function checkNumbers(transcript: Transcript): Finding[] {
  return findings('numbers', transcript, (tell) => {
    const { received, journal } = transcript
    const came = new Set<number>()
    let last: EventNumber | null = null
    for (const { atMs, event } of received) {
      const number = eventNumber(event.event_id)
      if (number === null) {
        tell(atMs, 'an event id with a number', `${event.type} ${event.event_id}`)
        continue
      }
      if (last !== null && !isBefore(last, number))
        tell(atMs, `a number above ${shown(last)}`, `${event.type} ${shown(number)}`)
      came.add(number.number)
      last = number
    }
    if (journal === null) return
    const endMs = received.at(-1)?.atMs ?? 0
    const kept = new Set(journal)
    for (const number of journal)
      if (!came.has(number)) tell(endMs, `event ${number}, which the server kept`, 'nothing')
    const [first] = journal
    for (const number of came) {
      if (first !== undefined && number > first && !kept.has(number))
        tell(endMs, `event ${number} kept for those who come back`, 'a journal without it')
    }
  })
}

function shown({ number, notice }: EventNumber): string {
  return notice === 0 ? `${number}` : `${number}n${notice}`
}
