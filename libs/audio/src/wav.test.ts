import { execFileSync } from 'node:child_process'
import { Failure } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { sine } from './testing/signals.ts'
import { readWav, writeWav } from './wav.ts'

const tone = { sampleRateHz: 16_000, samples: sine(440, 16_000, 1_600) }

describe('A WAV file', () => {
  it('is read as it was written', () => {
    expect(readWav(writeWav(tone))).toEqual(tone)
  })

  it('is read from the middle of a larger buffer, at an odd position', () => {
    const file = writeWav(tone)
    const larger = new Uint8Array(file.length + 1)
    larger.set(file, 1)
    expect(readWav(larger.subarray(1))).toEqual(tone)
  })

  it.each([0, 0xffff_ffff, 0x7fff_f000])(
    'of a streaming program, with data length %i, is read to its end',
    (length) => {
      const file = writeWav(tone)
      new DataView(file.buffer).setUint32(40, length, true)
      expect(readWav(file)).toEqual(tone)
    },
  )

  it('that espeak-ng streams is read to its end', () => {
    const wav = readWav(execFileSync('espeak-ng', ['--stdout', 'hello there']))
    expect(wav.sampleRateHz).toBe(22_050)
    expect(wav.samples.length).toBeGreaterThan(10_000)
    expect(wav.samples.some((sample) => Math.abs(sample) > 3_000)).toBe(true)
  })

  it('may have other chunks, also of odd length, before and after the data', () => {
    const file = writeWav(tone)
    const chunk = Uint8Array.of(...new TextEncoder().encode('LIST'), 3, 0, 0, 0, 1, 2, 3, 0)
    expect(readWav(Buffer.concat([file.subarray(0, 12), chunk, file.subarray(12), chunk]))).toEqual(tone)
  })

  it('of two channels is mixed to one', () => {
    const file = writeWav({ sampleRateHz: 8_000, samples: Int16Array.of(100, 300, 32_767, 32_767, -32_768, 0) })
    new DataView(file.buffer).setUint16(22, 2, true)
    expect([...readWav(file).samples]).toEqual([200, 32_767, -16_384])
  })

  it('may say what it is in an extensible header', () => {
    const file = writeWav(tone)
    const extension = Uint8Array.of(22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113)
    const extended = new Uint8Array([...file.subarray(0, 36), ...extension, ...file.subarray(36)])
    extended.set([40, 0, 0, 0, 0xfe, 0xff], 16)
    expect(readWav(extended)).toEqual(tone)
    expect(() => readWav(extended.with(44, 3))).toThrow('format 3')
  })

  it.each([
    ['is empty', new Uint8Array()],
    ['is something else', new TextEncoder().encode('OggS and then some more')],
    ['ends before its data', writeWav(tone).subarray(0, 36)],
    ['ends within its format', writeWav(tone).subarray(0, 30)],
    ['holds µ-law', writeWav(tone).with(20, 7)],
    ['has six channels', writeWav(tone).with(22, 6)],
  ])('is refused when it %s', (_, file) => {
    expect(() => readWav(file)).toThrow(Failure)
  })
})
