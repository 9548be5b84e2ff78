import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesPerMs, codecOf } from './audio-codec.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const g711 = [{ type: 'audio/pcmu' }, { type: 'audio/pcma' }] as const
const sample = fc.integer({ min: -32_768, max: 32_767 })

describe('An audio codec', () => {
  it('knows how many bytes a millisecond is', () => {
    expect(bytesPerMs({ type: 'audio/pcm' })).toBe(48)
    for (const format of g711) expect(bytesPerMs(format)).toBe(8)
  })

  it('reads and writes pcm16 as it is', () => {
    const { decode, encode } = codecOf({ type: 'audio/pcm' })
    expect([...decode(Uint8Array.of(0x01, 0x02, 0xff, 0xff))]).toEqual([0x0201, -1])
    expect([...encode(Int16Array.of(0x0201, -1))]).toEqual([0x01, 0x02, 0xff, 0xff])
  })

  // From the tables of ITU-T G.711: the loudest, the quietest and one in between, each with both signs.
  it.each([
    {
      type: 'audio/pcmu',
      bytes: [0x00, 0x80, 0xfe, 0x7e, 0x4d, 0xcd],
      samples: [-32_124, 32_124, 8, -8, -1_052, 1_052],
    },
    {
      type: 'audio/pcma',
      bytes: [0x2a, 0xaa, 0xd5, 0x55, 0x6a, 0xea],
      samples: [-32_256, 32_256, 8, -8, -2_016, 2_016],
    },
  ] as const)('reads $type by the tables of the standard', ({ type, bytes, samples }) => {
    expect([...codecOf({ type }).decode(Uint8Array.from(bytes))]).toEqual(samples)
  })

  it.each(g711)('writes back in $type what it read', (format) => {
    const { decode, encode } = codecOf(format)
    const negativeZero = 0x7f
    const expected = [...everyByte].map((byte) => (format.type === 'audio/pcmu' && byte === negativeZero ? 0xff : byte))
    expect([...encode(decode(everyByte))]).toEqual(expected)
  })

  it.each(g711)('writes each sample no further off than a step of $type is wide', (format) => {
    const { decode, encode } = codecOf(format)
    fc.assert(
      fc.property(sample, (value) => {
        const [read = NaN] = decode(encode(Int16Array.of(value)))
        const clipped = Math.max(-32_635, Math.min(32_635, value))
        expect(Math.abs(read - clipped)).toBeLessThanOrEqual(Math.max(8, Math.abs(clipped) / 16))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(g711)('keeps the order of samples in $type', (format) => {
    const { decode, encode } = codecOf(format)
    fc.assert(
      fc.property(sample, sample, (one, other) => {
        const [low = NaN, high = NaN] = decode(encode(Int16Array.of(Math.min(one, other), Math.max(one, other))))
        expect(low).toBeLessThanOrEqual(high)
      }),
      { numRuns: 2_000 },
    )
  })
})
