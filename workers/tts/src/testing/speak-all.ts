import { concatSamples } from '@voicebox/audio'
import type { SpeechSynthesizer, SynthesisRequest } from '@voicebox/engines'

/** Speaks a text to its end. */
export async function speakAll(
  synthesizer: SpeechSynthesizer,
  about: Partial<SynthesisRequest> & { text: string },
): Promise<Int16Array> {
  const request = { voice: 'alloy', speed: 1, signal: new AbortController().signal, ...about }
  return concatSamples(await Array.fromAsync(synthesizer.synthesize(request)))
}
