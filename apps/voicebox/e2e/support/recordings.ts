import { concatSamples } from '@voicebox/audio'
import { loadSpeech, silence } from './speech.ts'

const fixtures = new URL('../../../../fixtures/', import.meta.url)

/** Settings of a stack that recognizes the recordings word for word. */
export const whisper = {
  VOICEBOX_STT_ENGINE: 'whisper',
  VOICEBOX_MODELS_DIR: fixtures.pathname,
  VOICEBOX_WHISPER_MODEL: 'whisper-mini',
  VOICEBOX_WHISPER_DTYPE: 'fp16',
}

/** A recording of these words at 24 kHz, with silence before and with the silence that ends a turn. */
export async function recording(words: string): Promise<Int16Array> {
  const file = new URL(`speech/${words.replaceAll(' ', '-')}.wav`, fixtures)
  return concatSamples([silence(400), await loadSpeech(file.pathname), silence(1_200)])
}

/** Cuts samples into frames of 40 ms, as a microphone gives them. */
export function frames(samples: Int16Array): Int16Array<ArrayBuffer>[] {
  const length = 960
  return Array.from({ length: Math.ceil(samples.length / length) }, (_, at) =>
    samples.slice(at * length, (at + 1) * length),
  )
}
