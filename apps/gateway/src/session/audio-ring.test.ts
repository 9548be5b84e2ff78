import { concatSamples } from '@voicebox/audio'
import { describe, expect, it } from 'vitest'
import { makeAudioRing } from './audio-ring.ts'

describe('The audio ring', () => {
  it('answers what is kept from a position on, cut at the sample', () => {
    const ring = makeAudioRing(100)
    ring.append(Int16Array.of(0, 1, 2))
    ring.append(Int16Array.of(3, 4, 5))
    expect([...concatSamples(ring.since(2))]).toEqual([2, 3, 4, 5])
    expect(ring.since(6)).toEqual([])
    expect(ring.endSample).toBe(6)
  })

  it('forgets the oldest beyond its capacity, and everything when it is cleared', () => {
    const ring = makeAudioRing(4)
    for (let at = 0; at < 20; at += 2) ring.append(Int16Array.of(at, at + 1))
    expect([...concatSamples(ring.since(0))]).toEqual([16, 17, 18, 19])
    ring.clear()
    ring.append(Int16Array.of(20))
    expect([...concatSamples(ring.since(0))]).toEqual([20])
    expect(ring.endSample).toBe(21)
  })
})
