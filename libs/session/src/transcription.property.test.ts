import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Driven } from './driven.testing.ts'
import type { Input } from './input.ts'
import { begin, eventsIn, type Fate, fates, meet, reachedNothing } from './lives.testing.ts'
import type { InputBuffer } from './state.ts'

const reached = reachedNothing()

const words = fc.constantFrom('good', 'good day', 'good day to you', 'goodbye', 'god')
/** What the user says, what the engine makes of it on the way, and in the end; null: nothing. */
const turn = fc.record({
  ms: fc.integer({ min: 200, max: 900 }),
  interims: fc.array(words, { maxLength: 4 }),
  final: fc.option(words),
})
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never

const talks = fc.record({
  turns: fc.tuple(turn, turn, turn, turn),
  order: fc.array(fc.nat(5), { minLength: 60, maxLength: 60, size: 'max' }),
  engine: fc.record({ settlesWords: fc.boolean(), transcribesLive: fc.boolean() }),
  outage: fc.option(fc.tuple(fc.nat(30), fc.nat(30))),
  // what the user said is heard again, if nobody knows of it any more
  fates: fates.map((all) => all.map((fate): Fate => (fate === 'die and lose' ? 'die' : fate))),
})
type Talk = typeof talks extends fc.Arbitrary<infer T> ? T : never

/** An engine at work on an utterance, of which it says one thing after another. */
function engineFor(itemId: string, { interims, final }: Turn): Input[] {
  const end: Input =
    final === null
      ? { kind: 'transcript_failed', itemId, code: 'engine', message: 'deaf' }
      : { kind: 'transcript_final', itemId, text: final, audioMs: 400 }
  return [...interims.map((text): Input => ({ kind: 'transcript_interim', itemId, text })), end]
}

/** Lets the user talk, and engines write it down as soon as they are asked to. */
function talk({ turns, order, engine, outage, fates }: Talk): Driven {
  const driven = new Driven(begin(engine))
  const voice = turns.flatMap(({ ms }): ((buffer: InputBuffer) => Input)[] => [
    () => ({ kind: 'audio_heard', ms }),
    ({ heardMs }) => ({ kind: 'speech_started', startMs: heardMs - ms }),
    () => ({ kind: 'audio_heard', ms }),
    ({ heardMs }) => ({ kind: 'speech_stopped', endMs: heardMs }),
  ])
  const engines = new Map<string, Input[]>()
  const next = (which: number): Input | undefined => {
    for (const errand of driven.asked) {
      if (errand.kind !== 'transcribe' || engines.has(errand.jobId)) continue
      engines.set(errand.jobId, engineFor(errand.request.itemId, turns[engines.size % turns.length] ?? turns[0]))
    }
    const working = [...engines.values()].filter(({ length }) => length > 0)
    const at = which % (working.length + 1)
    return at === 0 ? voice.shift()?.(driven.state.buffer) : working[at - 1]?.shift()
  }
  const steps = [
    ...order,
    ...turns.flatMap(({ interims }) => [0, 0, 0, 0, ...interims.flatMap(() => [1, 1, 1]), 1, 1, 1]),
  ]
  for (const [at, which] of steps.entries()) {
    if (at === outage?.[0]) driven.feed({ kind: 'service_lost', service: 'transcription' })
    if (at === outage?.[1]) driven.feed({ kind: 'service_restored', service: 'transcription' })
    const input = next(which)
    if (input !== undefined) driven.feed(input)
    meet(driven, fates[at % fates.length] ?? 'on', reached)
    if (at >= order.length) driven.commit()
  }
  return driven
}

describe('Property: transcription delivery', { timeout: 120_000 }, () => {
  it('of all that the user said the words are told, or that there are none, once and after all that leads to them', () => {
    const told = { completed: 0, failed: 0, delta: 0 }
    fc.assert(
      fc.property(talks, (all) => {
        const driven = talk(all)
        const deltas = new Map<string, string>()
        const settled = new Map<string, string | null>()
        const committed: string[] = []
        for (const event of eventsIn(driven.sent)) {
          if (event.type === 'input_audio_buffer.committed') committed.push(event.item_id)
          if (!event.type.startsWith('conversation.item.input_audio_transcription.') || !('item_id' in event)) continue
          const { item_id: id } = event
          expect(committed).toContain(id)
          expect(settled.has(id)).toBe(false)
          if (event.type === 'conversation.item.input_audio_transcription.delta') {
            told.delta += 1
            deltas.set(id, (deltas.get(id) ?? '') + event.delta)
          } else if (event.type === 'conversation.item.input_audio_transcription.completed') {
            told.completed += 1
            settled.set(id, event.transcript)
            const soFar = deltas.get(id) ?? ''
            expect(event.transcript === soFar || !event.transcript.startsWith(soFar)).toBe(true)
          } else {
            told.failed += 1
            settled.set(id, null)
          }
        }
        expect(committed).toHaveLength(all.turns.length)
        expect([...settled.keys()].sort()).toEqual([...committed].sort())
        for (const { item } of driven.state.entries) {
          if (item.type !== 'message' || item.role !== 'user') continue
          expect(item.content).toEqual([{ type: 'input_audio', transcript: settled.get(item.id) }])
        }
      }),
      { numRuns: 200 },
    )
    expect(Math.min(...Object.values(told))).toBeGreaterThan(50)
    expect(reached.deaths).toBeGreaterThan(500)
    expect(reached.again).toBeGreaterThan(50)
  })
})
