import { describe, expect, it } from 'vitest'
import { makeAudioPlaces } from './audio-places.ts'

describe('The places of appended audio', () => {
  it('are found by the append that was going on', () => {
    const places = makeAudioPlaces({ event: 1, sample: 0 })
    for (const event of [2, 3, 5]) places.note({ event, sample: event * 100 })
    expect(places.at(199).event).toBe(1)
    expect(places.at(200).event).toBe(2)
    expect(places.at(499).event).toBe(3)
    expect(places.at(10_000).event).toBe(5)
  })

  it('are forgotten once they lie behind', () => {
    const places = makeAudioPlaces({ event: 1, sample: 0 })
    places.note({ event: 2, sample: 100 })
    expect(places.at(100).event).toBe(2)
    expect(places.at(0).event).toBe(2)
  })

  it('are so many at most, the latest', () => {
    const places = makeAudioPlaces({ event: 0, sample: 0 })
    for (let event = 1; event <= 20_000; event += 1) places.note({ event, sample: event })
    expect(places.at(0).event).toBe(10_001)
  })
})
