import { codecOf, makeResamplers, type Resamplers } from '@voicebox/audio'
import type { AudioFormat } from '@voicebox/protocol'
import type { PartAddress } from '@voicebox/session'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AudioEncoder, makeAudioEncoder, makeGeneratedAudio } from './audio-delta.ts'

const pcm: AudioFormat = { type: 'audio/pcm', rate: 24_000 }
const g711: AudioFormat[] = [{ type: 'audio/pcmu' }, { type: 'audio/pcma' }]
const instances = 70

let resamplers: Resamplers
beforeAll(async () => {
  resamplers = await makeResamplers({ maxInstances: instances })
})

const tone = Int16Array.from({ length: 48_000 }, (_, i) =>
  Math.round(12_000 * Math.sin((2 * Math.PI * 600 * i) / 24_000)),
)
const part = (n: number): PartAddress => ({
  response_id: `resp_${n}`,
  item_id: `item_${n}`,
  output_index: 0,
  content_index: 1,
})
const bytesFor = (samples: Int16Array): Uint8Array => new Uint8Array(samples.slice().buffer)

interface Sending {
  part: PartAddress
  format: AudioFormat
  skip?: number
}

function send(encoder: AudioEncoder, samples: Int16Array, { part, format, skip = 0 }: Sending): Buffer {
  const audio = makeGeneratedAudio(bytesFor(samples))
  return bytesIn(encoder.encode({ kind: 'send_audio', part, format, audio, skip, keep: null }))
}

const end = (encoder: AudioEncoder, { part, format }: Sending): Buffer =>
  bytesIn(encoder.end({ kind: 'end_audio', part, format }))

function bytesIn(body: ReturnType<AudioEncoder['end']>): Buffer {
  return Buffer.from(body?.bytes ?? [])
}

describe('The audio encoder', () => {
  it('sends pcm as it is, less what was sent before', () => {
    const encoder = makeAudioEncoder(resamplers)
    const audio = makeGeneratedAudio(Uint8Array.of(9, 1, 2, 3, 4, 5).subarray(2))
    const body = encoder.encode({ kind: 'send_audio', part: part(1), format: pcm, audio, skip: 1, keep: null })
    expect(body).toEqual({ kind: 'audio', part: part(1), bytes: Uint8Array.of(4, 5) })
    expect(encoder.encode({ kind: 'send_audio', part: part(1), format: pcm, audio, skip: 2, keep: null })).toBeNull()
    expect(encoder.end({ kind: 'end_audio', part: part(1), format: pcm })).toBeNull()
    encoder.close()
  })

  it.each(g711)('sends $type of exactly the same length and place, however it is cut', (format) => {
    const sending = { part: part(1), format }
    const encoder = makeAudioEncoder(resamplers)
    const whole = Buffer.concat([send(encoder, tone, sending), end(encoder, sending)])
    const ideal = tone.filter((_, i) => i % 3 === 0)
    const decoded = codecOf(format).decode(whole)
    const off = decoded.map((sample, i) => sample - (ideal[i] ?? 0)).subarray(100, -100)
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(12_000 / 16)

    const cuts = fc.array(fc.record({ samples: fc.nat(2_000), skip: fc.nat(50) }), { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(cuts, (pieces) => {
        const sent: Buffer[] = []
        let at = 0
        for (const { samples, skip } of pieces) {
          const again = Math.min(skip, at, tone.length - at)
          sent.push(send(encoder, tone.subarray(at - again, at + samples), { ...sending, skip: again }))
          at = Math.min(tone.length, at + samples)
        }
        sent.push(end(encoder, sending))
        const bytes = Buffer.concat(sent)
        expect(bytes).toHaveLength(Math.round(at / 3))
        const settled = Math.max(0, bytes.length - 40) // the end of less is not the middle of more
        expect(bytes.subarray(0, settled).equals(whole.subarray(0, settled))).toBe(true)
      }),
    )
    encoder.close()
  })

  it('keeps parts apart', () => {
    const encoder = makeAudioEncoder(resamplers)
    const [format] = g711 as [AudioFormat]
    const silence = new Int16Array(2_400)
    const [one, two] = [
      { part: part(1), format },
      { part: part(2), format },
    ]
    const sent: Buffer[][] = [[], []]
    for (let at = 0; at < tone.length; at += 2_400) {
      sent[0]?.push(send(encoder, tone.subarray(at, at + 2_400), one))
      sent[1]?.push(send(encoder, silence, two))
    }
    const quiet = codecOf(format).decode(Buffer.concat([...(sent[1] ?? []), end(encoder, two)]))
    expect(quiet.every((sample) => Math.abs(sample) <= 8)).toBe(true)
    expect(Buffer.concat([...(sent[0] ?? []), end(encoder, one)])).toHaveLength(16_000)
    encoder.close()
  })

  it('drops the oldest of too many parts that never end, and takes nothing with it', () => {
    const [format] = g711 as [AudioFormat]
    for (let round = 0; round < 3; round += 1) {
      const encoder = makeAudioEncoder(resamplers)
      for (let n = 0; n < 3 * instances; n += 1) send(encoder, tone.subarray(0, 240), { part: part(n), format })
      expect(end(encoder, { part: part(0), format })).toHaveLength(0)
      expect(end(encoder, { part: part(3 * instances - 1), format })).toHaveLength(24) // what the resampler still holds back
      encoder.close()
    }
  })

  it('ends a part of which nothing was sent with nothing', () => {
    const encoder = makeAudioEncoder(resamplers)
    for (const format of [pcm, ...g711]) expect(end(encoder, { part: part(1), format })).toHaveLength(0)
    encoder.close()
  })
})
