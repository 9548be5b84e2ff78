import { setImmediate as nextTick } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesPerMs, codecOf } from './audio-codec.ts'
import { decodeBase64Audio, encodeKept } from './kept-audio.ts'
import { bytesOf } from './pcm16.ts'
import { type Resamplers, makeResamplers } from './resampler.ts'
import { likenessDb, sine, whiteNoise } from './testing/signals.ts'

const formats = [{ type: 'audio/pcm' }, { type: 'audio/pcmu' }, { type: 'audio/pcma' }] as const

let resamplers: Resamplers
beforeAll(async () => {
  resamplers = await makeResamplers({ maxInstances: 8 })
})

describe.each(formats)('Kept audio as $type', (format) => {
  it.each([16_000, 24_000] as const)('is as long as what counts of it, from %i Hz', async (fromRateHz) => {
    const pcm = bytesOf(whiteNoise(fromRateHz * 3 + 5, 3_000))
    const { rateHz, bytesPerSample } = codecOf(format)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000 }), async (ms) => {
        const base64 = await encodeKept(resamplers, { pcm, fromRateHz, format, ms })
        const samples = Math.min(Math.round((ms * fromRateHz) / 1000), pcm.length / 2)
        const expected = Math.round((samples * rateHz) / fromRateHz)
        expect(Buffer.from(base64, 'base64')).toHaveLength(expected * bytesPerSample)
      }),
      { numRuns: 30 },
    )
  })

  it('sounds as it did, at the same place', async () => {
    const tone = sine(700, 16_000, 40_000)
    const base64 = await encodeKept(resamplers, { pcm: bytesOf(tone), fromRateHz: 16_000, format, ms: 2_500 })
    const again = await decodeBase64Audio(resamplers, base64, format)
    expect(again).toHaveLength(40_000)
    expect(likenessDb(again.subarray(500, 39_500), tone.subarray(500, 39_500), 0)).toBeGreaterThan(35)
  })

  it('lets others run while much is read', async () => {
    const base64 = Buffer.alloc(bytesPerMs(format) * 60_000, 0x55).toString('base64')
    let turns = 0
    const reading = decodeBase64Audio(resamplers, base64, format).then((samples) => {
      expect(samples).toHaveLength(60 * 16_000)
      isRead = true
    })
    let isRead = false
    for (; !isRead; turns += 1) await nextTick()
    await reading
    expect(turns).toBeGreaterThanOrEqual(60)
  })
})

describe('Audio that came as base64', () => {
  it('loses half a sample at its end, and nothing else', async () => {
    const bytes = Buffer.from(bytesOf(whiteNoise(2_400, 3_000)))
    const whole = await decodeBase64Audio(resamplers, bytes.toString('base64'), { type: 'audio/pcm' })
    const odd = Buffer.concat([bytes, Buffer.of(1)]).toString('base64')
    expect(await decodeBase64Audio(resamplers, odd, { type: 'audio/pcm' })).toEqual(whole)
  })

  it('may be none', async () => {
    for (const format of formats) expect(await decodeBase64Audio(resamplers, '', format)).toHaveLength(0)
  })
})
