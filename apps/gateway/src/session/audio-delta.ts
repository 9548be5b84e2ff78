import { newId } from '@voicebox/kernel'
import { encodeServerEvent } from '@voicebox/protocol'
import type { AudioRef, Effect } from '@voicebox/session'

const bytesPerSample = 2

/** Generated audio with its bytes: pcm16 little endian, 24 kHz, mono. */
export interface GeneratedAudio extends AudioRef {
  readonly pcm: Uint8Array
}

export function makeGeneratedAudio(pcm: Uint8Array): GeneratedAudio {
  return { pcm, samples: pcm.byteLength / bytesPerSample }
}

/** Writes generated audio as the wire event that carries it. */
export function encodeAudioDelta({ part, audio, skip }: Extract<Effect, { kind: 'send_audio' }>): string {
  const { pcm } = audio as GeneratedAudio
  const from = skip * bytesPerSample
  const delta = Buffer.from(pcm.buffer, pcm.byteOffset + from, pcm.byteLength - from).toString('base64')
  return encodeServerEvent({ type: 'response.output_audio.delta', event_id: newId('event'), ...part, delta })
}
