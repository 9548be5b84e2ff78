import { describe, expect, it } from 'vitest'
import { joinedEvents } from './joined-events.ts'
import type { PoolEvent } from './pool.ts'

describe('events of one burst', () => {
  it('are joined where they go on with the same text or the same arguments, and stay in order', () => {
    const events = [
      text('Let me '),
      text('see.'),
      started(0),
      given(0, '{"a"'),
      given(0, ': 1}'),
      started(1),
      given(1, '{}'),
      text(''),
      text('Well.'),
    ]
    expect(joinedEvents(events)).toEqual([
      text('Let me see.'),
      started(0),
      given(0, '{"a": 1}'),
      started(1),
      given(1, '{}'),
      text('Well.'),
    ])
  })

  it('leave out what is empty, without joining the arguments of two calls', () => {
    expect(joinedEvents([text(''), given(0, 'a'), given(0, ''), given(1, 'b')])).toEqual([given(0, 'a'), given(1, 'b')])
  })
})

const provider = 'first'
const text = (words: string): PoolEvent => ({ kind: 'text', text: words, provider })
const started = (call: number): PoolEvent => ({ kind: 'call_started', call, name: 'look_up', provider })
const given = (call: number, piece: string): PoolEvent => ({ kind: 'call_arguments', call, text: piece, provider })
