import { type Item, serverEvents, type ServerEventBody } from '@voicebox/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Effect } from './effect.ts'
import { findAnyEntry } from './entries.ts'
import { type Action, histories, type MadeAudio } from './histories.testing.ts'
import { responsesIn } from './responses.ts'
import { conversationIn, sentIn, Simulation } from './simulation.testing.ts'
import { historyOf } from './history.ts'
import { openSession } from './open.ts'
import type { Entry } from './state.ts'
import { step } from './step.ts'
import type { ContextEntry } from './words.ts'

const ServerEvent = z.discriminatedUnion('type', serverEvents)
const reached = new Map<string, number>()
const runs = { numRuns: 400 }
const sessionId = 'sess_abcdefghijklmnopqrstu'

/** Any history, of a session of which history is kept, or not. */
const pasts = fc.record({ actions: histories, keepsHistory: fc.boolean() })
interface Past {
  actions: Action[]
  keepsHistory: boolean
}

/** Runs a random history and counts what it came to, so that the last test can show that nothing was left out. */
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
  for (const { kind } of simulation.effects) if (kind === 'put_away') reached.set(kind, (reached.get(kind) ?? 0) + 1)
  for (const event of simulation.events) {
    const status = event.type === 'response.done' ? `:${event.response.status}` : ''
    const code = event.type === 'error' ? `:${event.error.code}` : ''
    reached.set(event.type + status + code, (reached.get(event.type + status + code) ?? 0) + 1)
  }
  return simulation
}

describe('Property: over any history of a session', () => {
  it('a response is created once, done once, and silent after; the conversation has one at a time', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const lives = new Map<string, 'created' | 'done'>()
        let ofConversation: string | null = null
        for (const effect of play(past).effects) {
          const id = responseOf(effect)
          if (id === null) continue
          if (effect.kind === 'send' && effect.event.type === 'response.created') {
            expect(lives.has(id)).toBe(false)
            lives.set(id, 'created')
            if (effect.event.response.conversation_id === null) continue
            expect(ofConversation).toBeNull()
            ofConversation = id
          } else {
            expect(lives.get(id)).toBe('created')
            if (effect.kind !== 'send' || effect.event.type !== 'response.done') continue
            lives.set(id, 'done')
            if (ofConversation === id) ofConversation = null
          }
        }
      }),
      runs,
    )
  })

  it('a turn that ends is committed, added and done, in that order and under the same id', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const { events } = play(past)
        events.forEach((event, at) => {
          if (event.type !== 'input_audio_buffer.speech_stopped') return
          const [committed, added, done] = events.slice(at + 1, at + 4)
          expect(committed).toMatchObject({ type: 'input_audio_buffer.committed', item_id: event.item_id })
          expect(added).toMatchObject({ type: 'conversation.item.added', item: { id: event.item_id } })
          expect(done).toMatchObject({ type: 'conversation.item.done', item: { id: event.item_id } })
        })
      }),
      runs,
    )
  })

  it('speech that started either stops, is committed or is dropped before the next starts', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        let open: string | null = null
        for (const effect of play(past).effects) {
          if (effect.kind === 'open_utterance') {
            expect(open).toBeNull()
            open = effect.itemId
          }
          if (effect.kind === 'close_utterance' || effect.kind === 'drop_utterance') {
            expect(effect.itemId).toBe(open)
            open = null
          }
        }
      }),
      runs,
    )
  })

  it('an engine is asked only for a live response, once, and is told to stop when the response ends early', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const asked = new Set<string>()
        const cancelled = new Set<string>()
        const live = new Set<string>()
        for (const effect of play(past).effects) {
          if (effect.kind === 'generate') {
            expect(live).toContain(effect.request.responseId)
            expect(asked).not.toContain(effect.request.responseId)
            asked.add(effect.request.responseId)
          }
          if (effect.kind === 'speak') expect(live).toContain(effect.responseId)
          if (effect.kind === 'cancel_work') cancelled.add(effect.subject)
          if (effect.kind !== 'send') continue
          if (effect.event.type === 'response.created') live.add(effect.event.response.id)
          if (effect.event.type === 'response.done') {
            const { id, status } = effect.event.response
            live.delete(id)
            if (status === 'failed' || status === 'cancelled' || status === 'incomplete')
              expect(cancelled.has(id)).toBe(true)
          }
        }
      }),
      runs,
    )
  })

  it('the language model is asked when, and only when, all that it waits for has come', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play({ ...past, actions: [] })
        for (const act of past.actions) {
          act(simulation)
          for (const response of responsesIn(simulation.state)) {
            const isAsked = simulation.effects.some(
              (e) => e.kind === 'generate' && e.request.responseId === response.id,
            )
            if (response.failure === null) expect(isAsked).toBe(response.awaiting.length === 0)
            for (const id of response.awaiting) {
              const isUnderWay =
                findAnyEntry(simulation.state, id)?.transcription === 'pending' ||
                simulation.state.listings.some(({ itemId, status }) => itemId === id && status === 'in_progress')
              expect(isUnderWay).toBe(true)
            }
          }
        }
      }),
      runs,
    )
  })

  it('the model sees the conversation as the client sees it, and of what was truncated no more than was there', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const visible: string[] = []
        const texts = new Map<string, string>()
        const asked = new Map<string, string[]>()
        const saved = new Map<string, readonly ContextEntry[]>()
        const { inputs, state: end } = play(past)
        let state = openSession({ session: new Simulation().state.session, sessionId, limits: end.limits })
        for (const input of inputs) {
          const options =
            input.kind === 'client_event' && input.event.type === 'response.create' ? input.event.response : {}
          const [next, effects] = step(state, input)
          state = next
          for (const effect of effects) {
            if (effect.kind === 'save_item') saved.set(effect.item.id, effect.context)
            if (effect.kind === 'forget_item' || effect.kind === 'put_away') saved.delete(effect.itemId)
            if (effect.kind === 'generate') {
              const { responseId, itemIds } = effect.request
              for (const id of itemIds) expect(saved.has(id)).toBe(true)
              const expected = asked.get(responseId)
              if (expected !== undefined) expect(itemIds).toEqual(expected.filter((id) => saved.has(id)))
            }
            if (effect.kind !== 'send') continue
            const { event } = effect
            if (event.type === 'conversation.item.added') {
              const at = event.previous_item_id === null ? 0 : visible.indexOf(event.previous_item_id) + 1
              visible.splice(at, 0, event.item.id)
            }
            if (event.type === 'conversation.item.deleted') visible.splice(visible.indexOf(event.item_id), 1)
            if (event.type === 'response.created' && options?.input === undefined)
              asked.set(event.response.id, [...visible])
            if (event.type === 'conversation.item.done' && event.item.type === 'message') {
              const text = textOf(event.item)
              if (text === null) continue
              texts.set(event.item.id, text)
              expect(saved.get(event.item.id)).toMatchObject([{ role: event.item.role, text }])
            }
            if (event.type === 'conversation.item.truncated') {
              const [context] = saved.get(event.item_id) ?? []
              const whole = texts.get(event.item_id) ?? ''
              expect(context).toMatchObject({ role: 'assistant' })
              if (context !== undefined && 'text' in context)
                expect(context.text.length).toBeLessThanOrEqual(Math.max(whole.length, plannedLength))
            }
          }
        }
      }),
      runs,
    )
  })

  it('the deltas of a part are its done text, and its audio is forwarded in order, once, without gaps', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const texts = new Map<string, string>()
        const places = new Map<string, { segment: number; offset: number }>()
        const { effects } = play(past)
        for (const effect of effects) {
          if (effect.kind === 'send_audio') {
            const { segment, offset, samples } = effect.audio as MadeAudio
            const at = places.get(effect.part.response_id) ?? { segment: 0, offset: 0 }
            expect(offset + effect.skip).toBe(segment === at.segment ? at.offset : 0)
            expect(segment).toBeGreaterThanOrEqual(at.segment)
            places.set(effect.part.response_id, { segment, offset: offset + samples })
          }
          if (effect.kind !== 'send') continue
          const { event } = effect
          if ('delta' in event && 'response_id' in event && event.type !== 'response.output_audio.delta')
            texts.set(event.item_id, (texts.get(event.item_id) ?? '') + event.delta)
          const whole = wholeOf(event)
          if (whole !== null) expect(whole.text).toBe(texts.get(whole.itemId) ?? '')
        }
      }),
      runs,
    )
  })

  it('what is told of the words of an utterance is never taken back by what follows of the same kind', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const told = new Map<string, string>()
        for (const event of play(past).events) {
          if (event.type === 'conversation.item.input_audio_transcription.delta')
            told.set(event.item_id, (told.get(event.item_id) ?? '') + event.delta)
          if (event.type !== 'conversation.item.input_audio_transcription.completed') continue
          const deltas = told.get(event.item_id) ?? ''
          // words that contradict the transcript were told before it was known; nothing was added to them then
          expect(event.transcript === deltas || !event.transcript.startsWith(deltas)).toBe(true)
        }
      }),
      runs,
    )
  })

  it('an item of a response is announced before it is done, and each of its parts once', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const outputs = new Map<string, string[]>()
        for (const event of play(past).events) {
          if (event.type === 'response.output_item.added') {
            const before = outputs.get(event.response_id) ?? []
            expect(event.output_index).toBe(before.length)
            outputs.set(event.response_id, [...before, event.item.id])
          } else if ('output_index' in event && 'response_id' in event) {
            const id = event.type === 'response.output_item.done' ? event.item.id : event.item_id
            expect(outputs.get(event.response_id)?.[event.output_index]).toBe(id)
          }
          if (event.type === 'response.done') {
            expect(event.response.output.map(({ id }) => id)).toEqual(outputs.get(event.response.id) ?? [])
            expect(event.response.output.every(({ status }) => status !== 'in_progress')).toBe(true)
          }
        }
      }),
      runs,
    )
  })

  it('nothing is waited for in vain: a timer belongs to work that is under way, and such work has one', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play(past)
        const armed = new Set<string>()
        for (const effect of simulation.effects) {
          if (effect.kind === 'arm_timer') armed.add(effect.subject)
          if (effect.kind === 'disarm_timer') armed.delete(effect.subject)
        }
        const fired = simulation.inputs.flatMap((input) => (input.kind === 'timer_fired' ? [input.subject] : []))
        const { state } = simulation
        const work = [
          ...responsesIn(state)
            .filter(
              ({ awaiting, finish, output }) =>
                awaiting.length === 0 && (finish === null || output.every(({ phase }) => phase !== 'running')),
            )
            .map(({ id }) => id),
          ...[...state.entries, ...state.asides]
            .filter(({ transcription }) => transcription === 'pending')
            .map(({ item }) => item.id),
          ...state.listings.filter(({ status }) => status === 'in_progress').map(({ itemId }) => itemId),
        ]
        for (const subject of work) if (!fired.includes(subject)) expect(armed).toContain(subject)
        const known = [
          ...work,
          ...responsesIn(state).flatMap(({ id, output }) => [id, ...output.map(({ item }) => item.id)]),
        ]
        const calls = state.entries.filter(({ item }) => item.status === 'in_progress').map(({ item }) => item.id)
        for (const subject of armed) if (subject !== 'idle') expect([...known, ...calls]).toContain(subject)
      }),
      runs,
    )
  })

  it('what a response was given to read is gone with it, and audio that is let go was there', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const { state, effects } = play(past)
        const read = responsesIn(state).flatMap(({ itemIds }) => itemIds)
        for (const { item } of state.asides) expect(read).toContain(item.id)
        const freed = effects.flatMap((effect) => (effect.kind === 'free_audio' ? [effect.itemId] : []))
        expect(new Set(freed).size).toBe(freed.length)
        const keptMs = state.entries.reduce((sum, { audio, audioMs, transcription, item }) => {
          const isInUse = transcription === 'pending' || transcription === 'unasked' || item.status === 'in_progress'
          return audio === null || isInUse ? sum : sum + audioMs
        }, 0)
        expect(keptMs).toBeLessThanOrEqual(state.limits.keptAudioMs)
      }),
      runs,
    )
  })

  it('the conversation has the order that previous_item_id tells', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play(past)
        const order: string[] = []
        for (const event of simulation.events) {
          if (event.type === 'conversation.item.deleted') order.splice(order.indexOf(event.item_id), 1)
          if (event.type !== 'conversation.item.added') continue
          const at = event.previous_item_id === null ? 0 : order.indexOf(event.previous_item_id) + 1
          expect(event.previous_item_id === null || at > 0).toBe(true)
          order.splice(at, 0, event.item.id)
        }
        expect(conversationIn(simulation.state)).toEqual(order)
      }),
      runs,
    )
  })

  it('nothing is lost of a conversation that grows beyond its bounds: history has it, and it can be retrieved', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play({ ...past, keepsHistory: true })
        const { state, events } = simulation
        const kept = historyIn(simulation)
        const told = events.flatMap((event) => (event.type === 'conversation.item.added' ? [event.item.id] : []))
        const conversation = conversationIn(state)
        expect(conversation.filter((id) => !told.includes(id))).toEqual([])
        expect([...kept.keys()].sort()).toEqual([...conversation].sort())
        const positions = conversation.map((id) => kept.get(id)?.position ?? NaN)
        expect(positions.every((position, at) => at === 0 || position > (positions[at - 1] ?? NaN))).toBe(true)
        const room = state.recalls.length
        for (const itemId of state.away.flatMap(({ ids }) => ids).slice(0, 16 - room)) {
          simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })
          const item = kept.get(itemId)?.item ?? null
          const [shown] = sentIn(simulation.feed({ kind: 'item_recalled', itemId, item }))
          expect(shown).toEqual({ type: 'conversation.item.retrieved', item })
        }
        expect(historyIn(simulation)).toEqual(kept)
      }),
      runs,
    )
  })

  it('a conversation of which history is kept is never full but for what is in use, which stays', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const simulation = play({ actions: [], keepsHistory: true })
        for (const act of past.actions) {
          act(simulation)
          const { state } = simulation
          const used = responsesIn(state).flatMap(({ itemIds, output }) => [
            ...itemIds,
            ...output.map(({ item }) => item.id),
          ])
          for (const { ids } of state.away) for (const id of ids) expect(used).not.toContain(id)
          const isInUse = ({ transcription, item }: Entry): boolean =>
            transcription === 'pending' || item.status === 'in_progress'
          if (responsesIn(state).length > 0 || state.entries.some(isInUse)) continue
          expect(state.entries.length).toBeLessThan(state.limits.items)
        }
      }),
      runs,
    )
  })

  it('ids that the server makes are never used twice', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const ids = play(past).events.flatMap((event) =>
          event.type === 'conversation.item.added'
            ? [event.item.id]
            : event.type === 'response.created'
              ? [event.response.id]
              : [],
        )
        const made = ids.filter((id) => id.includes('_'))
        expect(new Set(made).size).toBe(made.length)
      }),
      runs,
    )
  })

  it('replaying the same inputs gives the same effects, and leaves the states as they were', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        const first = play(past)
        const { session } = new Simulation().state
        let state = openSession({ session, sessionId, limits: first.state.limits })
        const effects: Effect[] = []
        for (const input of first.inputs) {
          const frozen = deepFreeze(state)
          const [next, made] = step(frozen, input)
          state = next
          effects.push(...made)
        }
        expect(effects).toEqual(first.effects)
      }),
      { numRuns: 100 },
    )
  })

  it('every event sent is one of the protocol, whole and without extras', () => {
    fc.assert(
      fc.property(pasts, (past) => {
        for (const event of play(past).events) {
          const result = ServerEvent.safeParse({ ...event, event_id: 'event_1' })
          expect(result.error?.issues ?? []).toEqual([])
        }
      }),
      { numRuns: 150 },
    )
  })

  it('the histories above reached every kind of answer', () => {
    expect([...reached.keys()]).toEqual(
      expect.arrayContaining([
        'input_audio_buffer.cleared',
        'conversation.item.input_audio_transcription.completed',
        'conversation.item.input_audio_transcription.failed',
        'response.output_text.done',
        'response.output_audio.done',
        'response.done:completed',
        'response.done:cancelled',
        'response.done:failed',
        'response.done:incomplete',
        'error:conversation_already_has_active_response',
        'error:response_cancel_not_active',
        'error:input_audio_buffer_commit_empty',
        'error:conversation_full',
        'error:history_unavailable',
        'error:item_retrieve_invalid_item_id',
        'conversation.item.retrieved',
        'put_away',
        'error:invalid_value',
        'error:invalid_tool_call_id',
        'error:too_many_responses',
        'error:item_truncate_invalid_item_id',
        'error:item_delete_invalid_item_id',
        'error:unsupported_content_type',
        'error:speech_unavailable',
        'error:language_unavailable',
        'error:results_lost',
        'rate_limits.updated',
        'conversation.item.deleted',
        'conversation.item.truncated',
        'input_audio_buffer.timeout_triggered',
        'response.function_call_arguments.done',
        'response.mcp_call_arguments.done',
        'response.mcp_call.completed',
        'response.mcp_call.failed',
        'mcp_list_tools.completed',
        'mcp_list_tools.failed',
      ]),
    )
  })
})

/** What `histories` plan for a segment, which need not be what they generate. */
const plannedLength = 3 * 'some words '.length

function textOf(item: Extract<Item, { type: 'message' }>): string | null {
  const [part] = item.content
  if (part === undefined) return null
  if ('text' in part) return part.text
  return part.type === 'output_audio' ? (part.transcript ?? null) : null
}

/** What an event says a text or the arguments of a call came to. */
function wholeOf(event: ServerEventBody): { itemId: string; text: string } | null {
  switch (event.type) {
    case 'response.output_text.done':
      return { itemId: event.item_id, text: event.text }
    case 'response.output_audio_transcript.done':
      return { itemId: event.item_id, text: event.transcript }
    case 'response.function_call_arguments.done':
    case 'response.mcp_call_arguments.done':
      return { itemId: event.item_id, text: event.arguments }
    default:
      return null
  }
}

function responseOf(effect: Effect): string | null {
  if (effect.kind === 'send_audio') return effect.part.response_id
  if (effect.kind !== 'send') return null
  if ('response_id' in effect.event) return effect.event.response_id
  return 'response' in effect.event ? effect.event.response.id : null
}

/** What history has of the items in the end. */
function historyIn({ inputs, state: { limits } }: Simulation): Map<string, { item: Item; position: number }> {
  const kept = new Map<string, { item: Item; position: number }>()
  let state = openSession({ session: new Simulation().state.session, sessionId, limits })
  for (const input of inputs) {
    const [next, effects] = step(state, input)
    for (const fact of historyOf(state, next, effects)) {
      if (fact.kind === 'item') kept.set(fact.itemId, { item: fact.item, position: fact.position })
      if (fact.kind === 'item_deleted') expect(kept.delete(fact.itemId)).toBe(true)
    }
    state = next
  }
  return kept
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
