import type { ServerEvent } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { type Inbox, Stuck, makeInbox } from './inbox.ts'

const deleted = (item_id: string): ServerEvent => ({ type: 'conversation.item.deleted', event_id: item_id, item_id })
const cleared: ServerEvent = { type: 'input_audio_buffer.cleared', event_id: 'c' }
const open = (waitMs = 20_000): Inbox => makeInbox({ transcript: { received: [] }, now: () => 0, waitMs })

describe('Whoever waits for an event', () => {
  it('gets it whether it has come or is still to come, and each event once', async () => {
    const inbox = open()
    inbox.add(deleted('a'))
    const waiting = [inbox.next('conversation.item.deleted'), inbox.next('conversation.item.deleted')]
    inbox.add(cleared)
    inbox.add(deleted('b'))
    expect(await Promise.all(waiting)).toEqual([deleted('a'), deleted('b')])
  })

  it('gets the one that matches, of any of the types', async () => {
    const inbox = open()
    const waiting = [
      inbox.next('conversation.item.deleted', ({ item_id }) => item_id === 'b'),
      inbox.next(['input_audio_buffer.cleared', 'error']),
    ]
    for (const event of [deleted('a'), cleared, deleted('b')]) inbox.add(event)
    expect(await Promise.all(waiting)).toEqual([deleted('b'), cleared])
  })

  it('is not given what came before the mark', async () => {
    const inbox = open(1)
    inbox.add(cleared)
    inbox.mark()
    await expect(inbox.next('input_audio_buffer.cleared')).rejects.toThrow(Stuck)
  })

  it('hears that nothing comes, at once when all is over', async () => {
    const inbox = open()
    const waiting = inbox.next('error')
    inbox.end('closed with 1006')
    await expect(waiting).rejects.toThrow('closed with 1006')
    await expect(inbox.next('error')).rejects.toThrow(Stuck)
  })
})
