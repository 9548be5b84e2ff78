import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Action, histories, secrets } from './histories.testing.ts'
import { Simulation } from './simulation.testing.ts'

const runs = { numRuns: 250 }

/** Any history, of a session of which history is kept, or not. */
const pasts = fc.record({ actions: histories, keepsHistory: fc.boolean() })
interface Past {
  actions: Action[]
  keepsHistory: boolean
}

function play({ actions, keepsHistory }: Past): Simulation {
  const simulation = new Simulation({
    inputBufferMs: 4_000,
    heldAudioSamples: 12,
    items: 8,
    outOfBand: 2,
    keptAudioMs: 2_000,
    settlesWords: true,
    keepsHistory,
  })
  for (const act of actions) act(simulation)
  return simulation
}

describe('Property: over any history of a session', () => {
  it('a refused event changes nothing but that one error follows, which names it', () => {
    let refused = 0
    fc.assert(
      fc.property(pasts, (past) => {
        const { inputs, state } = play(past)
        const simulation = new Simulation(state.limits)
        for (const [at, input] of inputs.slice(1).entries()) {
          const before = simulation.state
          const event_id = `event_${at}`
          const isClients = input.kind === 'client_event'
          if (input.kind === 'item_recalled' || input.kind === 'recall_failed') {
            simulation.feed(input) // it answers an event of before
            continue
          }
          const effects = simulation.feed(isClients ? { ...input, event: { ...input.event, event_id } } : input)
          for (const effect of effects) {
            if (effect.kind !== 'send' || effect.event.type !== 'error') continue
            // it may only be what shows that nobody is there to do as it asks
            const isRefusal = isClients && effect.event.error.type !== 'server_error'
            expect(effect.event.error.event_id).toBe(isRefusal ? event_id : null)
            if (!isRefusal) continue
            refused += 1
            expect(effects).toHaveLength(1)
            expect(simulation.state).toBe(before)
          }
        }
      }),
      runs,
    )
    expect(refused).toBeGreaterThan(100)
  })

  it('nothing that is sent or kept has a secret of the tools', () => {
    let used = 0
    fc.assert(
      fc.property(pasts, (past) => {
        for (const effect of play(past).effects) {
          if (effect.kind === 'list_tools' || effect.kind === 'call_tool') {
            expect(JSON.stringify(effect.server)).toContain(secrets[0])
            used += 1
          } else {
            const told = JSON.stringify(effect)
            for (const secret of secrets) expect(told).not.toContain(secret)
          }
        }
      }),
      runs,
    )
    expect(used).toBeGreaterThan(100)
  })

  it('a response outside the conversation leaves no item in it, and none of it is told as one', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const { events, state } = play(past)
        const outside = new Set<string>()
        const items = new Set<string>()
        for (const event of events) {
          if (event.type === 'response.created' && event.response.conversation_id === null)
            outside.add(event.response.id)
          if (event.type === 'response.output_item.added' && outside.has(event.response_id)) items.add(event.item.id)
        }
        for (const { item } of state.entries) expect(items).not.toContain(item.id)
        for (const event of events) {
          if (event.type === 'conversation.item.added' || event.type === 'conversation.item.done')
            expect(items).not.toContain(event.item.id)
        }
      }),
      runs,
    )
  })

  it('the words that are told at the end are those of the item', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const { events, state } = play(past)
        for (const event of events) {
          if (event.type !== 'conversation.item.input_audio_transcription.completed') continue
          const item = state.entries.find((entry) => entry.item.id === event.item_id)?.item
          if (item?.type !== 'message') continue
          expect(item.content[event.content_index]).toMatchObject({ type: 'input_audio', transcript: event.transcript })
        }
      }),
      runs,
    )
  })

  it('audio that is kept for an item is let go of with the item', () => {
    let freed = 0
    fc.assert(
      fc.property(pasts, (past) => {
        const { effects, state } = play(past)
        const kept = new Set<string>()
        for (const effect of effects) {
          if (effect.kind === 'send_audio' && effect.keep !== null) kept.add(effect.keep.itemId)
          if (effect.kind === 'store_audio' || effect.kind === 'close_utterance') kept.add(effect.itemId)
          if (effect.kind === 'free_audio' && kept.delete(effect.itemId)) freed += 1
        }
        const known = [...state.entries, ...state.asides].filter(
          ({ item, audio }) => audio !== null || item.status === 'in_progress',
        )
        for (const id of kept) expect(known.map(({ item }) => item.id)).toContain(id)
      }),
      runs,
    )
    expect(freed).toBeGreaterThan(100)
  })

  it('usage adds up, and comes with the end of a response', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        for (const event of play(past).events) {
          if (event.type === 'response.created') expect(event.response.usage).toBeNull()
          if (event.type !== 'response.done') continue
          const { usage } = event.response
          if (usage === null) throw new Error('Usage is missing')
          const { input_token_details: input, output_token_details: output } = usage
          expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens)
          expect(usage.input_tokens).toBe(input.text_tokens + input.audio_tokens + input.image_tokens)
          expect(usage.output_tokens).toBe(output.text_tokens + output.audio_tokens)
          if (event.response.output.length > 0) continue
          expect(usage.output_tokens === 0 || event.response.status === 'completed' || usage.input_tokens > 0).toBe(
            true,
          )
        }
      }),
      runs,
    )
  })

  it('speech ends the answer of the conversation at once, unless it shall not', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play({ ...past, actions: [] })
        for (const act of past.actions) {
          const before = simulation.effects.length
          act(simulation)
          const { turn_detection } = simulation.state.session.audio.input
          const types = simulation.effects
            .slice(before)
            .map((effect) => (effect.kind === 'send' ? effect.event.type : ''))
          if (!types.includes('input_audio_buffer.speech_started')) continue
          if (turn_detection?.interrupt_response) expect(simulation.state.response).toBeNull()
        }
      }),
      runs,
    )
  })
})
