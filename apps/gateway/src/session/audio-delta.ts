import { type AlignedResampler, codecOf, openAlignedResampler, type Resamplers, samplesOf } from '@voicebox/audio'
import type { AudioRef, Effect, PartAddress } from '@voicebox/session'
import type { AudioBody } from './sent-body.ts'

/** Of generated audio. */
export const bytesPerSample = 2
const generatedRateHz = 24_000

/** Generated audio with its bytes: pcm16 little endian, 24 kHz, mono. */
export interface GeneratedAudio extends AudioRef {
  readonly pcm: Uint8Array
}

export function makeGeneratedAudio(pcm: Uint8Array): GeneratedAudio {
  return { pcm, samples: pcm.byteLength / bytesPerSample }
}

/** The bytes of generated audio, less its first `skip` samples. */
export function pcmOf(audio: AudioRef, skip: number): Uint8Array {
  return (audio as GeneratedAudio).pcm.subarray(skip * bytesPerSample)
}

/** How a part that is on its way goes on elsewhere: what its encoder has not said yet, and what it needs to hear to say it. */
export interface EncodedSoFar {
  /** Samples of the part so far. */
  taken: number
  /** The last of them, as pcm16. */
  tail: Uint8Array
}

/** Puts generated audio into the format of each part. */
export interface AudioEncoder {
  /** Null where nothing of it can be sent yet. */
  encode(effect: Extract<Effect, { kind: 'send_audio' }>): AudioBody | null
  /** What is left of the part, which with that is as long as its audio was; null where nothing is left. */
  end(effect: Extract<Effect, { kind: 'end_audio' }>): AudioBody | null
  /** The parts that are on their way, for another encoder to go on with. */
  readonly open: ReadonlyMap<string, EncodedSoFar>
  /** Gives up the parts that did not end. */
  close(): void
}

/** Of the parts that never end, this many are kept. */
const maxParts = 64

/** `before` are the parts that another encoder had begun: they go on without a seam. */
export function makeAudioEncoder(
  resamplers: Resamplers,
  before: ReadonlyMap<string, EncodedSoFar> = new Map(),
): AudioEncoder {
  /** Parts of G.711 that are on their way, the oldest first. */
  const parts = new Map<string, AlignedResampler>()
  const soFar = new Map(before)

  function resamplerOf(key: string, toHz: number): AlignedResampler {
    const open = parts.get(key) ?? begin(soFar.get(key), toHz)
    parts.set(key, open)
    for (const [oldest, abandoned] of parts) {
      if (parts.size <= maxParts) break
      abandoned.close()
      parts.delete(oldest)
      soFar.delete(oldest)
    }
    return open
  }

  /** What was said of the tail was said by the other. */
  function begin(from: EncodedSoFar | undefined, toHz: number): AlignedResampler {
    const resampler = openAlignedResampler(resamplers, { fromHz: generatedRateHz, toHz })
    if (from !== undefined) resampler.process(samplesOf(from.tail))
    return resampler
  }

  return {
    open: soFar,
    encode({ part, format, audio, skip }) {
      const pcm = pcmOf(audio, skip)
      const { rateHz, encode } = codecOf(format)
      if (rateHz === generatedRateHz) return bodyOf(part, pcm)
      const key = keyOf(part)
      const said = encode(resamplerOf(key, rateHz).process(samplesOf(pcm)))
      soFar.set(key, longer(soFar.get(key) ?? { taken: 0, tail: new Uint8Array(0) }, pcm))
      return bodyOf(part, said)
    },
    end({ part, format }) {
      const { rateHz, encode } = codecOf(format)
      const key = keyOf(part)
      const isBegun = parts.has(key) || soFar.has(key)
      const rest = isBegun ? resamplerOf(key, rateHz).end() : new Int16Array(0)
      parts.delete(key)
      soFar.delete(key)
      return bodyOf(part, encode(rest))
    },
    close() {
      for (const resampler of parts.values()) resampler.close()
      parts.clear()
    },
  }
}

/** More than a resampler remembers: 10 ms, in samples. */
const tailSamples = 480
/** After so many samples a resampler stands where it began; the longest of all rates that audio has. */
const periodSamples = 3

function longer({ taken, tail }: EncodedSoFar, pcm: Uint8Array): EncodedSoFar {
  const whole = Buffer.concat([tail, pcm])
  const now = taken + pcm.length / bytesPerSample
  const kept = Math.min(now, tailSamples + ((now - tailSamples) % periodSamples))
  return { taken: now, tail: whole.subarray(Math.max(0, whole.length - kept * bytesPerSample)) }
}

function bodyOf(part: PartAddress, bytes: Uint8Array): AudioBody | null {
  return bytes.length === 0 ? null : { kind: 'audio', part, bytes }
}

const keyOf = (part: PartAddress): string =>
  `${part.response_id} ${part.item_id} ${part.output_index} ${part.content_index}`
