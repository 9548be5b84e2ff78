import type { Item } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { stateFrom, recordsOf } from './records.ts'
import { errorsIn } from './scenes.testing.ts'
import { sentIn, Simulation } from './simulation.testing.ts'
import { step } from './step.ts'

/** A session whose items `a` and `b` were put away. */
function long(): Simulation {
  const simulation = new Simulation({ items: 8, keepsHistory: true })
  for (const id of 'abcdefgh') {
    const content = [{ type: 'input_text' as const, text: id }]
    simulation.client({ type: 'conversation.item.create', item: { type: 'message', role: 'user', id, content } })
  }
  expect(simulation.state.away.flatMap(({ ids }) => ids)).toEqual(['a', 'b'])
  return simulation
}

const item: Item = {
  id: 'a',
  object: 'realtime.item',
  type: 'message',
  status: 'completed',
  role: 'user',
  content: [{ type: 'input_text', text: 'a' }],
}

const retrieve = (simulation: Simulation, item_id: string, event_id: string) =>
  simulation.client({ type: 'conversation.item.retrieve', item_id, event_id })

describe('An item that was put away', () => {
  it('is asked of history once, and shown to all who wait for it', () => {
    const simulation = long()
    expect(retrieve(simulation, 'a', 'one')).toEqual([{ kind: 'recall_item', itemId: 'a' }])
    expect(retrieve(simulation, 'a', 'two')).toEqual([])
    const effects = simulation.feed({ kind: 'item_recalled', itemId: 'a', item })
    expect(sentIn(effects)).toEqual([1, 2].map(() => ({ type: 'conversation.item.retrieved', item })))
    expect(simulation.feed({ kind: 'item_recalled', itemId: 'a', item })).toEqual([])
  })

  it('is not there where history has it no more, or it was deleted while history was asked', () => {
    const simulation = long()
    retrieve(simulation, 'a', 'one')
    simulation.feed({ kind: 'item_recalled', itemId: 'a', item: null })
    retrieve(simulation, 'a', 'two')
    simulation.client({ type: 'conversation.item.delete', item_id: 'a' })
    simulation.feed({ kind: 'item_recalled', itemId: 'a', item })
    expect(errorsIn(simulation.effects)).toMatchObject(
      ['one', 'two'].map((event_id) => ({ code: 'item_retrieve_invalid_item_id', event_id })),
    )
  })

  it('is refused as something to try again while history cannot be read', () => {
    const simulation = long()
    retrieve(simulation, 'a', 'one')
    const effects = simulation.feed({ kind: 'recall_failed', itemId: 'a' })
    expect(errorsIn(effects)).toMatchObject([{ type: 'server_error', code: 'history_unavailable', event_id: 'one' }])
    expect(retrieve(simulation, 'a', 'two')).toEqual([{ kind: 'recall_item', itemId: 'a' }])
  })

  it('waits with fifteen others at most', () => {
    const simulation = long()
    for (let at = 0; at < 16; at += 1) retrieve(simulation, 'a', `event_${at}`)
    expect(errorsIn(retrieve(simulation, 'b', 'one_more'))).toMatchObject([
      { type: 'rate_limit_error', code: 'too_many_retrievals', event_id: 'one_more' },
    ])
  })

  it('is asked for again by a process that goes on with the session', () => {
    const simulation = long()
    retrieve(simulation, 'b', 'one')
    const state = stateFrom(structuredClone(recordsOf(simulation.state)))
    expect(state).toEqual(simulation.state)
    const [, effects] = step(state, { kind: 'resumed', heardMs: 0 })
    expect(effects).toContainEqual({ kind: 'recall_item', itemId: 'b' })
  })
})
