import type { ClientEvent, ServerEvent } from '@voicebox/protocol'
import { type Finding, type Tell, findings } from '../finding.ts'
import { type Transcript, receivedOf } from '../transcript.ts'

/** Every event of the client is answered once, as the protocol says, and what was asked for in order is told in order. */
export function checkReplies(transcript: Transcript): Finding[] {
  return findings('replies', transcript, (tell) => {
    const { sent, received } = transcript
    const endMs = received.at(-1)?.atMs ?? 0
    const wanted = countBy(sent.flatMap(({ event }) => wantedBy(event) ?? []))
    const replies = countBy(received.flatMap(({ event }) => replyIn(event) ?? []))
    for (const [reply, times] of wanted) {
      const came = replies.get(reply) ?? 0
      if (came !== times) tell(endMs, `${reply}, ${times} times`, `${came}`)
    }
    for (const [reply, times] of replies) {
      if (!wanted.has(reply) && isOnlyReply(reply)) tell(endMs, `no ${reply}`, `${times}`)
    }
    checkCancellations(transcript, tell)
    checkInstructions(transcript, tell)
  })
}

/** What must come of an event: nothing for audio, and a cancellation has two answers. */
function wantedBy(event: ClientEvent): string | null {
  switch (event.type) {
    case 'session.update':
      return 'session.updated'
    case 'input_audio_buffer.commit':
      return 'input_audio_buffer.committed'
    case 'input_audio_buffer.clear':
      return 'input_audio_buffer.cleared'
    case 'conversation.item.create':
      return `conversation.item.added ${event.item.id ?? ''}`
    case 'conversation.item.retrieve':
      return `conversation.item.retrieved ${event.item_id}`
    case 'conversation.item.delete':
      return `conversation.item.deleted ${event.item_id}`
    case 'conversation.item.truncate':
      return `conversation.item.truncated ${event.item_id} at ${event.audio_end_ms}`
    case 'response.create':
      return `response.created ${event.response?.metadata?.['turn'] ?? ''}`
    case 'input_audio_buffer.append':
    case 'response.cancel':
      return null
  }
}

function replyIn(event: ServerEvent): string | null {
  switch (event.type) {
    case 'session.updated':
    case 'input_audio_buffer.committed':
    case 'input_audio_buffer.cleared':
      return event.type
    case 'conversation.item.added':
    case 'conversation.item.retrieved':
      return `${event.type} ${event.item.id}`
    case 'conversation.item.deleted':
      return `${event.type} ${event.item_id}`
    case 'conversation.item.truncated':
      return `${event.type} ${event.item_id} at ${event.audio_end_ms}`
    case 'response.created':
      return `${event.type} ${event.response.metadata?.['turn'] ?? ''}`
    default:
      return null
  }
}

/** Whether it never comes by itself. */
function isOnlyReply(reply: string): boolean {
  return !/^(conversation\.item\.added|response\.created|input_audio_buffer\.committed)/.test(reply)
}

function checkCancellations(transcript: Transcript, tell: Tell): void {
  const errors = receivedOf(transcript, 'error')
  const done = receivedOf(transcript, 'response.done').map(({ event }) => event.response)
  for (const { atMs, event } of transcript.sent) {
    if (event.type !== 'response.cancel') continue
    const refusals = errors.filter((refusal) => refusal.event.error.event_id === event.event_id).length
    const cancelled = done.filter(({ id, status_details: details }) => {
      return id === event.response_id && details?.type === 'cancelled' && details.reason === 'client_cancelled'
    })
    const answers = refusals + cancelled.length
    if (answers !== 1) tell(atMs, `${event.response_id ?? 'a response'} cancelled, or a refusal`, `${answers} of these`)
  }
}

function checkInstructions({ sent, received }: Transcript, tell: Tell): void {
  const updates = sent.flatMap(({ event }) => (event.type === 'session.update' ? [event.session] : []))
  let instructions: string | null = null
  let at = 0
  for (const { atMs, event } of received) {
    if (event.type !== 'session.updated') continue
    const update = updates[at]
    at += 1
    if (update !== undefined && 'instructions' in update) instructions = update.instructions ?? null
    const told = 'instructions' in event.session ? event.session.instructions : null
    if (instructions !== null && told !== instructions) tell(atMs, `the instructions “${instructions}”`, `“${told}”`)
  }
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
