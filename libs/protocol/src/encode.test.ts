import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeServerEvent } from './encode.ts'
import { serverSamples } from './samples.testing.ts'
import type { ServerEvent } from './server-events.ts'

describe('encodeServerEvent', () => {
  it.each(Object.values(serverSamples))('encodes $type without loss', (event) => {
    expect(JSON.parse(encodeServerEvent(event))).toEqual(event)
  })

  it('encodes audio deltas just as JSON.stringify would be read', () => {
    const id = fc.oneof(fc.stringMatching(/^[a-z]{1,5}_[0-9A-Za-z]{1,21}$/), fc.string({ unit: 'binary' }))
    const index = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(-0, NaN, Infinity))
    const base64 = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'))
    const event = fc.record({
      type: fc.constant('response.output_audio.delta' as const),
      event_id: id,
      response_id: id,
      item_id: id,
      output_index: index,
      content_index: index,
      delta: fc.oneof(base64, fc.string({ unit: 'binary' })),
    })
    const grown = fc.tuple(event, fc.constantFrom({}, { obfuscation: 'x' })).map(([one, more]) => ({ ...one, ...more }))
    fc.assert(
      fc.property(grown, (one: ServerEvent) => {
        expect(JSON.parse(encodeServerEvent(one))).toEqual(JSON.parse(JSON.stringify(one)))
      }),
      { numRuns: 2_000 },
    )
  })
})
