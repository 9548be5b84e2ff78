import { type Finding, findings } from '../finding.ts'
import type { Transcript } from '../transcript.ts'

/**
 * The conversation grows at its end, an item at a time: each is added once, names the one before it, and is done once. What
 * the client made is there in the order in which it was made.
 */
export function checkItems(transcript: Transcript): Finding[] {
  return findings('items', transcript, (tell) => {
    const { sent, received } = transcript
    const order: string[] = []
    const added: string[] = []
    const done = new Set<string>()
    let committed: string | null = null
    for (const { atMs, event } of received) {
      switch (event.type) {
        case 'input_audio_buffer.committed':
          if (event.previous_item_id !== (order.at(-1) ?? null))
            tell(
              atMs,
              `a commit after ${order.at(-1) ?? 'nothing'}`,
              `one after ${event.previous_item_id ?? 'nothing'}`,
            )
          if (committed !== null) tell(atMs, `the item ${committed}`, 'another commit')
          committed = event.item_id
          break
        case 'conversation.item.added': {
          const { id } = event.item
          if (added.includes(id)) tell(atMs, 'each item once', `${id} again`)
          if (event.previous_item_id !== (order.at(-1) ?? null))
            tell(atMs, `${id} after ${order.at(-1) ?? 'nothing'}`, `after ${event.previous_item_id ?? 'nothing'}`)
          if (committed !== null && committed !== id) tell(atMs, `the committed item ${committed}`, id)
          committed = null
          added.push(id)
          order.push(id)
          break
        }
        case 'conversation.item.done': {
          const { id } = event.item
          if (!added.includes(id)) tell(atMs, 'an item that was added', `${id} done`)
          if (done.has(id)) tell(atMs, 'each item done once', `${id} again`)
          done.add(id)
          break
        }
        case 'conversation.item.deleted': {
          const at = order.indexOf(event.item_id)
          if (at < 0) tell(atMs, 'the deletion of an item that is there', event.item_id)
          else order.splice(at, 1)
          break
        }
        default:
      }
    }
    const endMs = received.at(-1)?.atMs ?? 0
    if (committed !== null) tell(endMs, `the committed item ${committed}`, 'nothing')
    for (const id of added) if (!done.has(id)) tell(endMs, `${id} done`, 'nothing')
    const made = sent.flatMap(({ event }) => (event.type === 'conversation.item.create' ? [event.item.id ?? ''] : []))
    const there = added.filter((id) => made.includes(id))
    const wanted = made.filter((id) => there.includes(id))
    if (wanted.join() !== there.join()) tell(endMs, `the items in order: ${wanted.join()}`, there.join())
  })
}
