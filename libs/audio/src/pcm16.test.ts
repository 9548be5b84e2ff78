import { describe, expect, it } from 'vitest'
import { bytesOf, concatSamples, msToSamples, samplesOf, samplesToMs } from './pcm16.ts'

const bytes = Uint8Array.of(0x00, 0x01, 0x02, 0xff, 0x7f, 0x00, 0x80)

describe('pcm16', () => {
  it('reads little-endian samples without copying when they are aligned', () => {
    const samples = samplesOf(bytes.subarray(2, 6))
    expect([...samples]).toEqual([-254, 127])
    expect(samples.buffer).toBe(bytes.buffer)
  })

  it('copies when the bytes are not aligned', () => {
    const samples = samplesOf(bytes.subarray(3, 7))
    expect([...samples]).toEqual([32_767, -32_768])
    expect(samples.buffer).not.toBe(bytes.buffer)
  })

  it('copies unaligned buffers as well, whose slices would share memory', () => {
    expect([...samplesOf(Buffer.from(bytes.buffer).subarray(1, 3))]).toEqual([513])
  })

  it('refuses half a sample', () => {
    expect(() => samplesOf(bytes.subarray(0, 3))).toThrow(RangeError)
  })

  it('gives back the bytes that samples were read from, also of a part of an array', () => {
    expect([...bytesOf(samplesOf(bytes.slice(1)).subarray(1))]).toEqual([0xff, 0x7f, 0x00, 0x80].slice(-4))
  })

  it('converts between milliseconds and samples', () => {
    expect(msToSamples(20, 22_050)).toBe(441)
    expect(msToSamples(1, 22_050)).toBe(22)
    expect(samplesToMs(512, 16_000)).toBe(32)
  })

  it('joins pieces into memory of their own', () => {
    const piece = Int16Array.of(1, 2)
    const joined = concatSamples([piece])
    expect([...concatSamples([piece, Int16Array.of(), Int16Array.of(3)])]).toEqual([1, 2, 3])
    expect(joined.buffer).not.toBe(piece.buffer)
  })
})
