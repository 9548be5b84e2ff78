import { describe, expect, it } from 'vitest'
import { type Fact, historyAtEnd, historyAtStart, historyOf } from './history.ts'
import type { Input } from './input.ts'
import { answerAloud, answerInText, finish, respond, speak, update } from './scenes.testing.ts'
import { Simulation, userSays } from './simulation.testing.ts'
import { step } from './step.ts'

/** Does what a simulation did once more, and answers what history has of it. */
function factsOf(simulation: Simulation): Fact[] {
  let { state } = new Simulation()
  return simulation.inputs.slice(1).flatMap((input: Input) => {
    const [next, effects] = step(state, input)
    const facts = historyOf(state, next, effects)
    state = next
    return facts
  })
}

const ofKind = <K extends Fact['kind']>(facts: readonly Fact[], kind: K): Extract<Fact, { kind: K }>[] =>
  facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)

/** The items as history has them in the end, in their order. */
function itemsIn(facts: readonly Fact[]): string[] {
  const items = new Map<string, Extract<Fact, { kind: 'item' }>>()
  for (const fact of facts) {
    if (fact.kind === 'item') items.set(fact.itemId, fact)
    if (fact.kind === 'item_deleted') items.delete(fact.itemId)
  }
  const inOrder = [...items.values()].sort((one, other) => one.position - other.position)
  expect(new Set(inOrder.map(({ position }) => position)).size).toBe(inOrder.length)
  return inOrder.map(({ itemId }) => itemId)
}

function create(simulation: Simulation, id: string, previous?: string): void {
  const item = {
    id,
    type: 'message' as const,
    role: 'user' as const,
    content: [{ type: 'input_text' as const, text: id }],
  }
  simulation.client({
    type: 'conversation.item.create',
    item,
    ...(previous === undefined ? {} : { previous_item_id: previous }),
  })
}

describe('History', () => {
  it('begins with what the session is', () => {
    const { state } = new Simulation()
    expect(historyAtStart(state)).toEqual([{ kind: 'session_opened', type: 'realtime', model: state.session.model }])
  })

  it('has an item as it stands last, with its words', () => {
    const simulation = new Simulation()
    update(simulation, { audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null } } } })
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: 'what time is it', audioMs: 1_250.4 })
    const facts = factsOf(simulation)
    const [first, last] = ofKind(facts, 'item')
    expect(first).toMatchObject({ itemId, words: '' })
    expect(last).toMatchObject({ itemId, words: 'what time is it', position: first?.position })
    expect(last?.item).toEqual(simulation.state.entries[0]?.item)
    expect(ofKind(facts, 'usage')).toEqual([
      { kind: 'usage', turnId: itemId, model: 'whisper-1', counts: { transcription_audio_ms: 1_250 } },
    ])
  })

  it('has of a truncated item the words that were heard', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, [
      { text: 'One.', samples: 24_000 },
      { text: ' Two.', samples: 24_000 },
    ])
    simulation.client({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 1_000 })
    const last = ofKind(factsOf(simulation), 'item').at(-1)
    expect(last).toMatchObject({ itemId, words: 'One.', item: { content: [{ type: 'output_audio' }] } })
  })

  it('has each response as it was done, and its usage with the same numbers, also of one that was cancelled', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hello')
    answerInText(simulation, 'Hi.')
    const cancelled = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId: cancelled, text: 'Once upon' })
    speak(simulation, cancelled, [{ text: '.', samples: 1_201 }])
    simulation.client({ type: 'response.cancel' })
    const facts = factsOf(simulation)
    const done = simulation.events.flatMap((event) => (event.type === 'response.done' ? [event.response] : []))
    expect(done.map(({ status }) => status)).toEqual(['completed', 'cancelled'])
    expect(ofKind(facts, 'response').map(({ response }) => response)).toEqual(done)
    expect(ofKind(facts, 'usage').map(({ turnId, counts }) => [turnId, counts])).toEqual(
      done.map(({ id, usage }) => [
        id,
        {
          input_text_tokens: usage?.input_token_details.text_tokens,
          input_audio_tokens: usage?.input_token_details.audio_tokens,
          input_image_tokens: usage?.input_token_details.image_tokens,
          cached_tokens: usage?.input_token_details.cached_tokens,
          output_text_tokens: usage?.output_token_details.text_tokens,
          output_audio_tokens: usage?.output_token_details.audio_tokens,
        },
      ]),
    )
  })

  it('has the usage of what is under way when the session ends', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Once upon' })
    expect(historyAtEnd(simulation.state)).toMatchObject([{ turnId: responseId, counts: { output_text_tokens: 3 } }])
    finish(simulation, responseId)
    expect(historyAtEnd(simulation.state)).toEqual([])
  })

  it('has nothing of an item that only a response was given to read', () => {
    const simulation = new Simulation()
    const content = [{ type: 'input_text' as const, text: 'aside' }]
    const input = [{ type: 'message' as const, role: 'user' as const, content }]
    const responseId = respond(simulation, { conversation: 'none', input, output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Hm.' })
    finish(simulation, responseId)
    const kinds = factsOf(simulation).map(({ kind }) => kind)
    expect(kinds).toEqual(['response', 'usage'])
  })

  it('knows the order of items, wherever they were put and whatever was deleted', () => {
    const simulation = new Simulation()
    for (const id of ['a', 'b', 'c']) create(simulation, id)
    create(simulation, 'first', 'root')
    simulation.client({ type: 'conversation.item.delete', item_id: 'c' })
    for (let at = 0; at < 100; at += 1) create(simulation, `between-${at}`, 'a')
    create(simulation, 'last')
    simulation.client({ type: 'conversation.item.delete', item_id: 'between-50' })
    const facts = factsOf(simulation)
    expect(itemsIn(facts)).toEqual(simulation.state.entries.map(({ item }) => item.id))
    expect(ofKind(facts, 'item_deleted').map(({ itemId }) => itemId)).toEqual(['c', 'between-50'])
    expect(simulation.state.entries).toHaveLength(103)
  })

  it('gives no position at the end twice', () => {
    const simulation = new Simulation()
    create(simulation, 'one')
    const [before] = simulation.state.entries
    simulation.client({ type: 'conversation.item.delete', item_id: 'one' })
    create(simulation, 'two')
    expect(simulation.state.entries[0]?.position).toBeGreaterThan(before?.position ?? Infinity)
  })
})
