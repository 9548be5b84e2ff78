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

/** Puts generated audio into the format of each part. */
export interface AudioEncoder {
  /** Null where nothing of it can be sent yet. */
  encode(effect: Extract<Effect, { kind: 'send_audio' }>): AudioBody | null
  /** What is left of the part, which with that is as long as its audio was; null where nothing is left. */
  end(effect: Extract<Effect, { kind: 'end_audio' }>): AudioBody | null
  /** Gives up the parts that did not end. */
  close(): void
}

/** Of the parts that never end, this many are kept. */
const maxParts = 64

export function makeAudioEncoder(resamplers: Resamplers): AudioEncoder {
  /** Parts of G.711 that are on their way, the oldest first. */
  const parts = new Map<string, AlignedResampler>()

  function resamplerOf(part: PartAddress, toHz: number): AlignedResampler {
    const key = keyOf(part)
    const open = parts.get(key) ?? openAlignedResampler(resamplers, { fromHz: generatedRateHz, toHz })
    parts.set(key, open)
    for (const [oldest, abandoned] of parts) {
      if (parts.size <= maxParts) break
      abandoned.close()
      parts.delete(oldest)
    }
    return open
  }

  return {
    encode({ part, format, audio, skip }) {
      const pcm = pcmOf(audio, skip)
      const { rateHz, encode } = codecOf(format)
      if (rateHz === generatedRateHz) return bodyOf(part, pcm)
      return bodyOf(part, encode(resamplerOf(part, rateHz).process(samplesOf(pcm))))
    },
    end({ part, format }) {
      const key = keyOf(part)
      const rest = parts.get(key)?.end() ?? new Int16Array(0)
      parts.delete(key)
      return bodyOf(part, codecOf(format).encode(rest))
    },
    close() {
      for (const resampler of parts.values()) resampler.close()
      parts.clear()
    },
  }
}

function bodyOf(part: PartAddress, bytes: Uint8Array): AudioBody | null {
  return bytes.length === 0 ? null : { kind: 'audio', part, bytes }
}

const keyOf = (part: PartAddress): string =>
  `${part.response_id} ${part.item_id} ${part.output_index} ${part.content_index}`
