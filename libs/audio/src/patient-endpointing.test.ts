import { describe, expect, it } from 'vitest'
import { makeEndpointer } from './endpointing.ts'
import { type PatientState, type PatientVerdict, makePatientEndpointer } from './patient-endpointing.ts'

const endpointer = makePatientEndpointer({
  threshold: 0.5,
  prefixPaddingMs: 0,
  noticeMs: 200,
  silenceMs: 1_200,
  longestSilenceMs: 4_000,
})
const [speech, silence] = [0.9, 0.1]
const windows = (count: number, probability: number): number[] => Array.from({ length: count }, () => probability)
/** How many windows are the first that last as long. */
const windowsOf = (ms: number): number => Math.ceil(ms / 32)

/** What is decided at which window, counted from 1; words come before the window that is numbered. */
function listen(
  probabilities: number[],
  words: Record<number, { silenceMs: number; untilSample?: number }> = {},
): { at: number; kind: PatientVerdict['kind'] }[] {
  let state: PatientState = endpointer.initial
  return probabilities.flatMap((probability, i) => {
    const heard = words[i + 1]
    if (heard !== undefined) state = endpointer.hearWords(state, heard)
    const [next, verdict] = endpointer.listen(state, { endSample: (i + 1) * 512, probability })
    state = next
    return verdict === null ? [] : { at: i + 1, kind: verdict.kind }
  })
}

const spoken = windows(10, speech)
const started = { at: 2, kind: 'speech_started' }
const noticed = { at: 10 + windowsOf(200), kind: 'pause_noticed' }
const stoppedAfter = (ms: number): unknown => ({ at: 10 + windowsOf(ms), kind: 'speech_stopped' })

describe('The patient endpointer', () => {
  it('asks what was said once in a pause, and waits its middle time while nobody answers', () => {
    expect(listen([...spoken, ...windows(200, silence)])).toEqual([started, noticed, stoppedAfter(1_200)])
  })

  it('waits less after words that sound finished, and longer after others', () => {
    const pause = [...spoken, ...windows(200, silence)]
    expect(listen(pause, { 20: { silenceMs: 500 } })).toEqual([started, noticed, stoppedAfter(500)])
    expect(listen(pause, { 20: { silenceMs: 4_000 } })).toEqual([started, noticed, stoppedAfter(4_000)])
  })

  it('ends at the next window when the words come later than they would have let it', () => {
    const pause = [...spoken, ...windows(200, silence)]
    expect(listen(pause, { 40: { silenceMs: 500 } }).at(-1)).toEqual({ at: 40, kind: 'speech_stopped' })
  })

  it('never waits longer than the longest time', () => {
    const pause = [...spoken, ...windows(200, silence)]
    expect(listen(pause, { 20: { silenceMs: 60_000 } })).toEqual([started, noticed, stoppedAfter(4_000)])
  })

  it('takes the newest words', () => {
    const pause = [...spoken, ...windows(200, silence)]
    const words = { 20: { silenceMs: 500 }, 22: { silenceMs: 4_000 } }
    expect(listen(pause, words)).toEqual([started, noticed, stoppedAfter(4_000)])
  })

  it('forgets the words when the user speaks on, and asks again in the next pause', () => {
    const goesOn = [...spoken, ...windows(12, silence), ...spoken, ...windows(200, silence)]
    expect(listen(goesOn, { 20: { silenceMs: 500 } })).toEqual([
      started,
      noticed,
      { at: 32 + windowsOf(200), kind: 'pause_noticed' },
      { at: 32 + windowsOf(1_200), kind: 'speech_stopped' },
    ])
  })

  it('counts the silence anew after a single loud window, but keeps the words', () => {
    const clicks = [...spoken, ...windows(12, silence), speech, ...windows(200, silence)]
    expect(listen(clicks, { 20: { silenceMs: 500 } })).toEqual([
      started,
      noticed,
      { at: 23 + windowsOf(500), kind: 'speech_stopped' },
    ])
  })

  it('does not take the words of the pause before for those of this one', () => {
    const goesOn = [...spoken, ...windows(12, silence), ...spoken, ...windows(200, silence)]
    const late = { silenceMs: 500, untilSample: 18 * 512 }
    expect(listen(goesOn, { 50: late }).at(-1)).toEqual({ at: 32 + windowsOf(1_200), kind: 'speech_stopped' })
    expect(listen(goesOn, { 36: { silenceMs: 500 } }).at(-1)).toEqual({
      at: 32 + windowsOf(1_200),
      kind: 'speech_stopped',
    })
  })

  it('has no use for words while the user speaks or is silent', () => {
    const { initial } = endpointer
    expect(endpointer.hearWords(initial, { silenceMs: 100 })).toBe(initial)
    expect(listen([...spoken, ...windows(200, silence)], { 5: { silenceMs: 100 } })).toEqual([
      started,
      noticed,
      stoppedAfter(1_200),
    ])
  })

  it('begins a pause anew after a time in which another endpointer listened', () => {
    const other = makeEndpointer({ threshold: 0.5, prefixPaddingMs: 0, silenceDurationMs: 1_000 })
    let state: PatientState = endpointer.initial
    let by: Pick<typeof endpointer, 'listen'> = endpointer
    const kinds = [...spoken, ...windows(20, silence), ...spoken, ...windows(20, silence)].map((probability, i) => {
      if (i === 20) {
        state = endpointer.hearWords(state, { silenceMs: 300 })
        by = other
      }
      if (i === 40) by = endpointer
      const [next, verdict] = by.listen(state, { endSample: (i + 1) * 512, probability })
      state = next
      return verdict?.kind
    })
    expect(kinds.filter(Boolean)).toEqual(['speech_started', 'pause_noticed', 'pause_noticed'])
  })
})
