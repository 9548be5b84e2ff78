import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeEndpointer } from './endpointing.ts'
import { type PatientState, type PatientVerdict, makePatientEndpointer } from './patient-endpointing.ts'

const configs = fc
  .record({
    threshold: fc.double({ min: 0.02, max: 1, noNaN: true }),
    prefixPaddingMs: fc.integer({ min: 0, max: 1_000 }),
    noticeMs: fc.integer({ min: 0, max: 500 }),
    silences: fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 1_000 })),
  })
  .map(({ silences, ...config }) => ({
    ...config,
    silenceMs: Math.min(...silences),
    longestSilenceMs: Math.max(...silences),
  }))
type Config = Parameters<typeof makePatientEndpointer>[0]

/** Runs of speech or silence, in which words come now and then. */
const histories = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 45 }),
      isSpeech: fc.boolean(),
      word: fc.option(
        fc.record({ at: fc.integer({ min: 0, max: 44 }), silenceMs: fc.integer({ min: 0, max: 1_500 }) }),
      ),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((runs) =>
    runs.flatMap(({ length, isSpeech, word }) =>
      Array.from({ length }, (_, i) => ({ isSpeech, silenceMs: word?.at === i ? word.silenceMs : null })),
    ),
  )
type History = { isSpeech: boolean; silenceMs: number | null }[]

interface Decision {
  at: number
  verdict: PatientVerdict
}

function decide(config: Config, history: History): Decision[] {
  const endpointer = makePatientEndpointer(config)
  let state: PatientState = endpointer.initial
  return history.flatMap(({ isSpeech, silenceMs }, i) => {
    if (silenceMs !== null) state = endpointer.hearWords(state, { silenceMs })
    const [next, verdict] = endpointer.listen(state, { endSample: (i + 1) * 512, probability: isSpeech ? 1 : 0 })
    state = next
    return verdict === null ? [] : { at: i, verdict }
  })
}

const stops = (decisions: Decision[]): Decision[] =>
  decisions.filter(({ verdict }) => verdict.kind === 'speech_stopped')
/** How many windows were silent up to this one. */
const silentWindows = (history: History, at: number): number =>
  at - history.slice(0, at + 1).findLastIndex(({ isSpeech }) => isSpeech)

describe('Whatever is heard and said', () => {
  it('no turn ends before the shortest silence that was asked for, nor after the longest', () => {
    let ends = 0
    fc.assert(
      fc.property(configs, histories, (config, history) => {
        const asked = history.flatMap(({ silenceMs }) => silenceMs ?? [])
        const shortestMs = Math.min(config.silenceMs, config.longestSilenceMs, ...asked)
        for (const { at } of stops(decide(config, history))) {
          ends += 1
          const windows = silentWindows(history, at)
          expect(windows * 32).toBeGreaterThan(shortestMs - 1)
          expect((windows - 1) * 32).toBeLessThan(Math.max(config.longestSilenceMs, 1))
        }
      }),
      { numRuns: 300 },
    )
    expect(ends).toBeGreaterThan(100)
  })

  it('every turn has ended once it was silent for the longest time', () => {
    let quiet = 0
    fc.assert(
      fc.property(configs, histories, (config, history) => {
        const decisions = decide(config, history)
        const longest = Math.max(1, Math.ceil(config.longestSilenceMs / 32))
        for (const at of history.keys()) {
          if (silentWindows(history, at) < longest) continue
          quiet += 1
          const last = decisions.findLast((decision) => decision.at <= at && decision.verdict.kind !== 'pause_noticed')
          expect(last?.verdict.kind).not.toBe('speech_started')
        }
      }),
      { numRuns: 100 },
    )
    expect(quiet).toBeGreaterThan(100)
  })

  it('words that ask for more silence never end the turn earlier', () => {
    const seen = { later: 0, same: 0 }
    const pauses = fc.record({
      config: configs,
      at: fc.integer({ min: 10, max: 45 }),
      silences: fc.tuple(fc.integer({ min: 0, max: 1_500 }), fc.integer({ min: 0, max: 1_500 })),
    })
    fc.assert(
      fc.property(pauses, ({ config, at, silences }) => {
        const endsAt = (silenceMs: number): number => {
          const history = Array.from({ length: 60 }, (_, i) => ({
            isSpeech: i < 10,
            silenceMs: i === at ? silenceMs : null,
          }))
          return stops(decide(config, history))[0]?.at ?? Infinity
        }
        const [sooner, later] = [endsAt(Math.min(...silences)), endsAt(Math.max(...silences))]
        expect(sooner).toBeLessThanOrEqual(later)
        seen[sooner < later ? 'later' : 'same'] += 1
      }),
      { numRuns: 300 },
    )
    expect(Math.min(seen.later, seen.same)).toBeGreaterThan(0)
  })

  it('without words it decides as the plain endpointer of the same silence does', () => {
    let verdictCount = 0
    fc.assert(
      fc.property(configs, histories, (config, history) => {
        const silent = history.map(({ isSpeech }) => ({ isSpeech, silenceMs: null }))
        const plain = makeEndpointer({ ...config, silenceDurationMs: config.silenceMs })
        let state = plain.initial
        const expected = silent.flatMap(({ isSpeech }, i) => {
          const [next, verdict] = plain.listen(state, { endSample: (i + 1) * 512, probability: isSpeech ? 1 : 0 })
          state = next
          return verdict ?? []
        })
        verdictCount += expected.length
        const verdicts = decide(config, silent).map(({ verdict }) => verdict)
        expect(verdicts.filter(({ kind }) => kind !== 'pause_noticed')).toEqual(expected)
      }),
    )
    expect(verdictCount).toBeGreaterThan(100)
  })

  it('a pause is noticed in speech only, and once until the user speaks again', () => {
    let noticed = 0
    fc.assert(
      fc.property(configs, histories, (config, history) => {
        let last: Decision | undefined
        for (const decision of decide(config, history)) {
          if (decision.verdict.kind === 'pause_noticed') {
            noticed += 1
            expect(last).toBeDefined()
            expect(last?.verdict.kind).not.toBe('speech_stopped')
            if (last?.verdict.kind === 'pause_noticed')
              expect(history.slice(last.at, decision.at).filter(({ isSpeech }) => isSpeech).length).toBeGreaterThan(1)
          }
          last = decision
        }
      }),
    )
    expect(noticed).toBeGreaterThan(0)
  })
})
