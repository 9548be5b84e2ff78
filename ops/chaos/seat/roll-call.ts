import type { Scene } from './scene.ts'

/** Asks for every item of the conversation, in order. */
export async function callRoll({ line, name }: Pick<Scene, 'line' | 'name'>): Promise<void> {
  const there = new Set<string>()
  for (const { event } of line.transcript.received) {
    if (event.type === 'conversation.item.added') there.add(event.item.id)
    if (event.type === 'conversation.item.deleted') there.delete(event.item_id)
  }
  for (const id of there) {
    line.send({ type: 'conversation.item.retrieve', event_id: name('event'), item_id: id })
    await line.next('conversation.item.retrieved', ({ item }) => item.id === id)
  }
}
