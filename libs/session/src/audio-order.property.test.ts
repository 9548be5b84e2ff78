import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Driven } from './driven.testing.ts'
import type { MadeAudio } from './histories.testing.ts'
import type { Input } from './input.ts'
import { begin, eventsIn, fates, live, lives, meet, reachedNothing } from './lives.testing.ts'

const runs = { numRuns: 200 }
const reached = reachedNothing()
const responseId = 'resp_abcdefghijklmno000001'

/** A segment, how long it is, and where those stopped who tried to speak it before one came to its end; each cuts it otherwise. */
const segment = fc.record({
  samples: fc.integer({ min: 0, max: 9 }),
  attempts: fc.array(
    fc.record({ stopsAt: fc.nat(9), cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
})
type Segment = typeof segment extends fc.Arbitrary<infer S> ? S : never

/** An answer, in the order in which its parts happen to come. */
const answers = fc.record({
  segments: fc.array(segment, { minLength: 1, maxLength: 5 }),
  turns: fc.array(fc.nat(7), { minLength: 80, maxLength: 80, size: 'max' }),
  fates,
})

/** All that is said of a segment, by all who speak it. */
function spoken({ samples, attempts }: Segment, segment: number): Input[] {
  const chunks = attempts.flatMap(({ stopsAt, cuts }, attempt) => {
    const end = attempt === attempts.length - 1 ? samples : Math.min(stopsAt, samples)
    const made: Input[] = []
    for (let offset = 0, at = 0; offset < end; at += 1) {
      const audio = { segment, offset, samples: Math.min(cuts[at % cuts.length] ?? 1, end - offset) }
      made.push({ kind: 'audio_generated', responseId, segment, offset, audio })
      offset += audio.samples
    }
    return made
  })
  return [...chunks, { kind: 'segment_spoken', responseId, segment, samples }]
}

/** What the language model says, and beside it what each speaker does and the user's microphone brings, in turns. */
function inputsOf({ segments, turns }: { segments: Segment[]; turns: number[] }): Input[] {
  const language = segments.flatMap((_, segment): Input[] => [
    { kind: 'text_generated', responseId, text: `${segment} ` },
    { kind: 'segment_planned', responseId, segment, text: `${segment} ` },
  ])
  const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0 }
  const end: Input = { kind: 'generation_finished', responseId, reason: 'stop', usage, segments: segments.length }
  const silence = turns.slice(0, 20).map((ms): Input => ({ kind: 'audio_heard', ms }))
  const queues = [[...language, end], silence, ...segments.map(spoken)]
  const inTurns = turns.flatMap((turn) => queues[turn % queues.length]?.splice(0, 1) ?? [])
  return [...inTurns, ...queues.flat()]
}

describe('Property: audio chunk ordering', { timeout: 120_000 }, () => {
  it('an answer is heard whole, in order and once, however it comes and whoever tells it', () => {
    fc.assert(
      fc.property(answers, ({ segments, turns, fates }) => {
        const driven = new Driven(begin({ heldAudioSamples: 1_000 }))
        driven.feed({ kind: 'client_event', event: { type: 'response.create' } })
        driven.commit()
        for (const [at, input] of inputsOf({ segments, turns }).entries()) {
          driven.feed(input)
          meet(driven, fates[at % fates.length] ?? 'on', reached)
        }
        driven.commit()
        const heard = driven.sent.flatMap((effect) => {
          if (effect.kind !== 'send_audio') return []
          const { segment, offset, samples } = effect.audio as MadeAudio
          return range(samples - effect.skip).map((at) => `${segment}:${offset + effect.skip + at}`)
        })
        expect(heard).toEqual(
          segments.flatMap(({ samples }, segment) => range(samples).map((at) => `${segment}:${at}`)),
        )
        const [done] = eventsIn(driven.sent).flatMap((event) =>
          event.type === 'response.done' ? [event.response] : [],
        )
        expect(done?.status).toBe('completed')
        const kinds = driven.sent.map(({ kind }) => kind)
        expect(kinds.lastIndexOf('send_audio')).toBeLessThan(kinds.indexOf('end_audio'))
      }),
      runs,
    )
    expect(reached.again).toBeGreaterThan(500)
    expect(reached.held).toBeGreaterThan(500)
  })

  it('over any history, the audio of an answer is in order, without gaps, and kept at its place', () => {
    let chunks = 0
    fc.assert(
      fc.property(lives, (life) => {
        const places = new Map<string, { segment: number; offset: number; samples: number }>()
        const ended = new Set<string>()
        for (const effect of live(life, reachedNothing()).sent) {
          if (effect.kind === 'end_audio') ended.add(effect.part.item_id)
          if (effect.kind !== 'send_audio') continue
          chunks += 1
          const { part, skip, keep } = effect
          const { segment, offset, samples } = effect.audio as MadeAudio
          const at = places.get(part.item_id) ?? { segment: 0, offset: 0, samples: 0 }
          expect(ended).not.toContain(part.item_id)
          expect(segment).toBeGreaterThanOrEqual(at.segment)
          expect(offset + skip).toBe(segment === at.segment ? at.offset : 0)
          expect(skip).toBeLessThan(samples)
          if (keep !== null) expect(keep).toEqual({ itemId: part.item_id, atSample: at.samples })
          places.set(part.item_id, { segment, offset: offset + samples, samples: at.samples + samples - skip })
        }
      }),
      runs,
    )
    expect(chunks).toBeGreaterThan(20)
  })
})

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at)
}
