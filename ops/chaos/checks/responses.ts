import { type Finding, type Tell, findings } from '../finding.ts'
import type { Transcript } from '../transcript.ts'
import { type ResponseEvent, isOfResponse, makeResponseWatch } from './response-watch.ts'

/**
 * Each response is created once and done once; all of it lies between, in the order of the protocol and without a piece missing
 * or coming twice. Of the conversation's responses one runs at a time.
 */
export function checkResponses(transcript: Transcript): Finding[] {
  return findings('responses', transcript, (tell) => {
    const { received } = transcript
    const watches = new Map<string, ReturnType<typeof makeResponseWatch>>()
    let running: string | null = null
    for (const { atMs, event } of received) {
      if (event.type === 'response.created') {
        const { id, conversation_id } = event.response
        if (watches.has(id)) tell(atMs, 'each response created once', `${id} again`)
        else watches.set(id, makeResponseWatch(id))
        if (conversation_id === null) continue
        if (running !== null) tell(atMs, `the end of ${running} first`, `${id} created`)
        running = id
      } else if (isOfResponse(event)) {
        const id = responseIdOf(event)
        const watch = watches.get(id)
        if (watch === undefined) tell(atMs, 'response.created first', `${event.type} of ${id}`)
        else watch.see(event, about(tell, atMs))
        if (event.type === 'response.done' && id === running) running = null
      }
    }
    const endMs = received.at(-1)?.atMs ?? 0
    for (const watch of watches.values()) watch.end(about(tell, endMs))
  })
}

function about(tell: Tell, atMs: number): (expected: string, came: string) => void {
  return (expected, came) => tell(atMs, expected, came)
}

function responseIdOf(event: ResponseEvent): string {
  return event.type === 'response.done' ? event.response.id : event.response_id
}
