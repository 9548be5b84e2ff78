import { type AlignedResampler, codecOf, openAlignedResampler, type Resamplers, samplesOf } from '@voicebox/audio'
import type { ServerEventBody } from '@voicebox/protocol'
import type { AudioRef, Effect, PartAddress } from '@voicebox/session'

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

/** Writes generated audio as the events that carry it, in the format of each. */
export interface AudioEncoder {
  /** Null where nothing of it can be sent yet. */
  encode(effect: Extract<Effect, { kind: 'send_audio' }>): AudioDelta | null
  /** What is left of the part, which with that is as long as its audio was; null where nothing is left. */
  end(effect: Extract<Effect, { kind: 'end_audio' }>): AudioDelta | null
  /** Gives up the parts that did not end. */
  close(): void
}

type AudioDelta = Extract<ServerEventBody, { type: 'response.output_audio.delta' }>

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
      if (rateHz === generatedRateHz) return deltaOf(part, pcm)
      return deltaOf(part, encode(resamplerOf(part, rateHz).process(samplesOf(pcm))))
    },
    end({ part, format }) {
      const key = keyOf(part)
      const rest = parts.get(key)?.end() ?? new Int16Array(0)
      parts.delete(key)
      return deltaOf(part, codecOf(format).encode(rest))
    },
    close() {
      for (const resampler of parts.values()) resampler.close()
      parts.clear()
    },
  }
}

function deltaOf(part: PartAddress, bytes: Uint8Array): AudioDelta | null {
  if (bytes.length === 0) return null
  const delta = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { type: 'response.output_audio.delta', ...part, delta }
}

const keyOf = (part: PartAddress): string =>
  `${part.response_id} ${part.item_id} ${part.output_index} ${part.content_index}`
