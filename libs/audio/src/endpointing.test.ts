import { describe, expect, it } from 'vitest'
import { type EndpointVerdict, type Endpointer, type EndpointerState, makeEndpointer } from './endpointing.ts'

const config = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 200 }
const endpointer = makeEndpointer(config)

function listenTo(probabilities: number[], by: Endpointer = endpointer): [EndpointVerdict[], EndpointerState] {
  return listenFrom(by, by.initial, probabilities, 0)
}

function listenFrom(
  by: Endpointer,
  from: EndpointerState,
  probabilities: number[],
  atSample: number,
): [EndpointVerdict[], EndpointerState] {
  let state = from
  const verdicts = probabilities.flatMap((probability, i) => {
    const [next, verdict] = by.listen(state, { endSample: atSample + (i + 1) * 512, probability })
    state = next
    return verdict ?? []
  })
  return [verdicts, state]
}

const windows = (count: number, probability: number): number[] => Array.from({ length: count }, () => probability)
const [speech, silence] = [0.9, 0.1]

describe('The endpointer', () => {
  it('starts an utterance at the second window of speech, with the padding before the first', () => {
    const [verdicts] = listenTo([...windows(20, silence), speech, speech])
    expect(verdicts).toEqual([{ kind: 'speech_started', startSample: 20 * 512 - 4_800, atSample: 22 * 512 }])
  })

  it('starts through a gap of one window', () => {
    const [verdicts] = listenTo([...windows(20, silence), speech, silence, speech])
    expect(verdicts).toEqual([{ kind: 'speech_started', startSample: 20 * 512 - 4_800, atSample: 23 * 512 }])
  })

  it('takes a single window for a click', () => {
    expect(listenTo([speech, silence, silence, speech, silence, silence, speech])[0]).toEqual([])
  })

  it('does not start before the stream does', () => {
    expect(listenTo([speech, speech])[0]).toEqual([{ kind: 'speech_started', startSample: 0, atSample: 1_024 }])
  })

  it('stops an utterance once the silence was long enough', () => {
    const [verdicts] = listenTo([...windows(10, speech), ...windows(20, silence)])
    expect(verdicts.slice(1)).toEqual([{ kind: 'speech_stopped', endSample: 17 * 512 }]) // 7 windows are the first ≥ 200 ms
  })

  it('counts the silence anew after any speech in it', () => {
    const [verdicts] = listenTo([...windows(10, speech), ...windows(6, silence), speech, ...windows(6, silence)])
    expect(verdicts).toHaveLength(1)
  })

  it('does not take a dip just below the threshold for silence', () => {
    expect(listenTo([...windows(10, speech), ...windows(50, 0.36)])[0]).toHaveLength(1)
    expect(listenTo([...windows(10, speech), ...windows(50, 0.34)])[0]).toHaveLength(2)
  })

  it('can still stop when the threshold is near zero', () => {
    const by = makeEndpointer({ ...config, threshold: 0.05 })
    expect(listenTo([...windows(10, speech), ...windows(50, 0.005)], by)[0]).toHaveLength(2)
  })

  it('stops at the first silent window when no silence is asked for', () => {
    const by = makeEndpointer({ ...config, silenceDurationMs: 0 })
    expect(listenTo([speech, speech, silence], by)[0].at(-1)).toEqual({ kind: 'speech_stopped', endSample: 1_536 })
  })

  it('does not let the padding reach into the previous utterance', () => {
    const [verdicts] = listenTo([...windows(5, speech), ...windows(7, silence), speech, speech])
    expect(verdicts.slice(1)).toEqual([
      { kind: 'speech_stopped', endSample: 12 * 512 },
      { kind: 'speech_started', startSample: 12 * 512, atSample: 14 * 512 },
    ])
  })

  it('forgets the utterance in progress when it is reset, and lets the next one begin there at the earliest', () => {
    const [, speaking] = listenTo(windows(10, speech))
    const reset = endpointer.reset(speaking, 10 * 512 + 100)
    expect(listenFrom(endpointer, reset, windows(30, silence), 10 * 512)[0]).toEqual([])
    expect(listenFrom(endpointer, reset, [silence, silence, speech, speech], 10 * 512)[0]).toEqual([
      { kind: 'speech_started', startSample: 10 * 512 + 100, atSample: 14 * 512 },
    ])
  })

  it('takes speech that fades after a reset for no new utterance, and speech that goes on for one', () => {
    const [, speaking] = listenTo(windows(10, speech))
    const reset = endpointer.reset(speaking, 10 * 512)
    expect(listenFrom(endpointer, reset, [...windows(4, speech), ...windows(20, silence)], 10 * 512)[0]).toEqual([])
    expect(listenFrom(endpointer, reset, windows(8, speech), 10 * 512)[0]).toEqual([
      { kind: 'speech_started', startSample: 10 * 512, atSample: 17 * 512 },
    ])
  })

  it('begins as usual after an utterance that had ended by silence', () => {
    const [, ended] = listenTo([...windows(10, speech), ...windows(8, silence)])
    const reset = endpointer.reset(ended, 18 * 512)
    expect(listenFrom(endpointer, reset, windows(2, speech), 18 * 512)[0]).toHaveLength(1)
  })

  it('does not start in audio from before the reset that is heard late', () => {
    const reset = endpointer.reset(endpointer.initial, 10 * 512)
    expect(listenFrom(endpointer, reset, windows(10, speech), 0)[0]).toEqual([])
  })
})
