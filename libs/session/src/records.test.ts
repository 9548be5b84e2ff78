import { describe, expect, it } from 'vitest'
import { recordPages, recordsOf, stateFrom } from './records.ts'
import { savesOf } from './saves.ts'
import { answerInText, respond, update, withServer, mcpTool } from './scenes.testing.ts'
import { Simulation, userSays } from './simulation.testing.ts'

const audio = { samples: 480 }

/** A session with something of every kind. */
function busy(): { simulation: Simulation; responseId: `resp_${string}`; besideId: string } {
  const simulation = new Simulation()
  withServer(simulation, mcpTool, ['read'])
  userSays(simulation, 'one')
  answerInText(simulation, 'two')
  const besideId = respond(simulation, {
    conversation: 'none',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'aside' }] }],
  })
  const responseId = respond(simulation)
  simulation.feed({ kind: 'audio_generated', responseId, segment: 1, offset: 0, audio })
  return { simulation, responseId, besideId }
}

function namesIn({ state }: Simulation): string[] {
  return [...recordsOf(state).keys()]
}

/** The names of the records that are other objects than before. */
function changedBy(simulation: Simulation, act: () => void): string[] {
  const before = recordsOf(simulation.state)
  act()
  const after = recordsOf(simulation.state)
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
}

describe('The records of a session', () => {
  it('are one for each thing that changes by itself, by its name', () => {
    const { simulation, responseId, besideId } = busy()
    const { entries, asides, listings } = simulation.state
    expect(namesIn(simulation).sort()).toEqual(
      [
        ...['head', 'session', 'limits', 'prompts'],
        ...entries.map(({ item }) => `entry:${item.id}`),
        ...asides.map(({ item }) => `aside:${item.id}`),
        ...listings.map(({ itemId }) => `listing:${itemId}`),
        ...[responseId, besideId].flatMap((id) => [`question:${id}`, `response:${id}`]),
        `held:${responseId}:1:0`,
      ].sort(),
    )
    expect([entries.length, asides.length, listings.length]).toEqual([3, 1, 1])
  })

  it('have generated audio as it came', () => {
    const { simulation, responseId } = busy()
    expect(recordsOf(simulation.state).get(`held:${responseId}:1:0`)).toBe(audio)
  })

  it('are the same objects for what has not changed', () => {
    const { simulation, responseId } = busy()
    expect(changedBy(simulation, () => {})).toEqual([])
    expect(changedBy(simulation, () => simulation.feed({ kind: 'audio_heard', ms: 20 }))).toEqual(['head'])
    expect(changedBy(simulation, () => update(simulation, { instructions: 'Be brief.' }))).toEqual(['session'])
    const planned = { kind: 'segment_planned', responseId, segment: 0, text: 'two' } as const
    expect(changedBy(simulation, () => simulation.feed(planned))).toEqual([`response:${responseId}`])
  })

  it('tell an item that joins at the end without the others, and one that leaves with the one behind it', () => {
    const { simulation } = busy()
    const [first, second] = simulation.state.entries.map(({ item }) => `entry:${item.id}`)
    expect(changedBy(simulation, () => userSays(simulation, 'three'))).toEqual([
      'head',
      `entry:${simulation.state.entries.at(-1)?.item.id ?? ''}`,
    ])
    const item_id = simulation.state.entries[0]?.item.id ?? ''
    const changed = changedBy(simulation, () => simulation.client({ type: 'conversation.item.delete', item_id }))
    expect(changed).toEqual([first, second])
  })

  it('make the state again, in whatever order they come, and are the records of that state', () => {
    const { simulation } = busy()
    const records = new Map(
      [...recordsOf(simulation.state)].reverse().map(([name, record]) => [name, structuredClone(record)]),
    )
    const state = stateFrom(records)
    expect(state).toEqual(simulation.state)
    expect([...recordsOf(state)].filter(([name, record]) => records.get(name) !== record)).toEqual([])
  })

  it('make the state again whatever order its audio came in, of each place the longest', () => {
    const { simulation, responseId } = busy()
    for (const [segment, offset, samples] of [
      [2, 10, 5],
      [2, 0, 5],
      [1, 480, 7],
      [1, 480, 3],
      [1, 480, 9],
    ] as const) {
      simulation.feed({ kind: 'audio_generated', responseId, segment, offset, audio: { samples } })
    }
    const { speech } = simulation.state.response ?? {}
    expect(speech?.held.map(({ segment, offset, audio }) => [segment, offset, audio.samples])).toEqual([
      [1, 0, 480],
      [1, 480, 9],
      [2, 0, 5],
      [2, 10, 5],
    ])
    expect(speech?.heldSamples).toBe(499)
    expect(stateFrom(recordsOf(simulation.state))).toEqual(simulation.state)
  })

  it('stand in pages, of which all stay but that of what changed, and that beside the conversation', () => {
    const simulation = new Simulation()
    for (let at = 0; at < 200; at += 1) userSays(simulation, `word ${at}`)
    const before = recordPages(simulation.state)
    const inPages = before.map((page) => [...page.keys()])
    expect(inPages.map(({ length }) => length).slice(1)).toEqual([64, 64, 64, 8])
    expect(inPages.flat()).toEqual(namesIn(simulation))

    userSays(simulation, 'one more')
    const added = recordPages(simulation.state)
    expect(added.map((page) => before.includes(page))).toEqual([false, true, true, true, false])

    const item_id = simulation.state.entries[70]?.item.id ?? ''
    simulation.client({ type: 'conversation.item.delete', item_id })
    const deleted = recordPages(simulation.state)
    expect(deleted.map((page) => added.includes(page))).toEqual([false, true, false, false, false])
    expect(deleted.flatMap((page) => [...page.keys()])).not.toContain(`entry:${item_id}`)
    expect(stateFrom(recordsOf(simulation.state))).toEqual(simulation.state)
  })

  it('are the same objects where an item was before them for a while', () => {
    const simulation = new Simulation()
    userSays(simulation, 'one')
    expect(changedBy(simulation, () => {})).toEqual([])
    simulation.client({
      type: 'conversation.item.create',
      previous_item_id: 'root',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'zero' }] },
    })
    const item_id = simulation.state.entries[0]?.item.id ?? ''
    expect(namesIn(simulation)).toContain(`entry:${item_id}`)
    simulation.client({ type: 'conversation.item.delete', item_id })
    expect(changedBy(simulation, () => userSays(simulation, 'two'))).toEqual([
      'head',
      `entry:${simulation.state.entries.at(-1)?.item.id ?? ''}`,
    ])
  })

  it.each(['head', 'session', 'limits', 'prompts', 'entry:', 'question:'])(
    'make no state where a record is missing: %s',
    (missing) => {
      const { simulation } = busy()
      const records = new Map(recordsOf(simulation.state))
      const [name = ''] = [...records.keys()].filter((one) => one.startsWith(missing))
      records.delete(name)
      expect(() => stateFrom(records)).toThrow(expect.objectContaining({ code: 'session_incomplete' }) as Error)
    },
  )

  it('make no state where items are each behind the other', () => {
    const { simulation } = busy()
    const records = new Map(recordsOf(simulation.state))
    const [first, second] = simulation.state.entries
    if (first === undefined || second === undefined) throw new Error('There are items')
    records.set(`entry:${first.item.id}`, { entry: first, after: second.item.id })
    expect(() => stateFrom(records)).toThrow('The conversation is not whole')
  })
})

describe('What language workers may read', () => {
  it('can be saved anew: the items of the conversation and what responses were given to read', () => {
    const { simulation } = busy()
    const { entries, asides } = simulation.state
    const saves = savesOf(simulation.state)
    expect(saves.map(({ item }) => item)).toEqual([...entries, ...asides].map(({ item }) => item))
    expect(saves.map(({ context }) => context).slice(-3)).toEqual([
      [{ role: 'user', text: 'one' }],
      [{ role: 'assistant', text: 'two' }],
      [{ role: 'user', text: 'aside' }],
    ])
  })
})
