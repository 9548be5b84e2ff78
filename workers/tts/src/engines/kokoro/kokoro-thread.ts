import { basename, dirname, resolve } from 'node:path'
import { workerData } from 'node:worker_threads'
import { AutoTokenizer, StyleTextToSpeech2Model, env } from '@huggingface/transformers'
import { KokoroTTS } from 'kokoro-js'
import { chooseDevice } from '@voicebox/inference'
import { serveInference } from '../onnx/serve-inference.ts'
import { voiceFor } from '../voices.ts'
import type { KokoroRequest, KokoroThreadOptions } from './kokoro.ts'
import { kokoroDefaultVoice, kokoroOpenAiVoices } from './voices.ts'

// Kokoro's thread. Its phonemizer rethrows whatever nobody has handled in the thread that it was imported into, so that it
// must never be imported elsewhere.

await serveInference<KokoroRequest>(async () => {
  const { folder, dtype, device: wanted, threads } = workerData as KokoroThreadOptions
  env.allowRemoteModels = false
  env.localModelPath = dirname(resolve(folder))
  const name = basename(folder)
  const device = await chooseDevice(wanted)
  const session_options = { intraOpNumThreads: threads, interOpNumThreads: 1 }
  const model = await StyleTextToSpeech2Model.from_pretrained(name, { dtype, device: device.name, session_options })
  if (!(model instanceof StyleTextToSpeech2Model)) throw new TypeError(`The model in ${folder} is not Kokoro`)
  // KokoroTTS.from_pretrained knows no local folders and no CUDA.
  const kokoro = new KokoroTTS(model, await AutoTokenizer.from_pretrained(name))
  const isOwn = (voice: string): voice is keyof typeof kokoro.voices => Object.hasOwn(kokoro.voices, voice)
  return {
    device,
    async infer({ text, voice, speed }) {
      const own = voiceFor(kokoroOpenAiVoices, voice) ?? (isOwn(voice) ? voice : kokoroDefaultVoice)
      return (await kokoro.generate(text, { voice: own, speed })).data
    },
  }
})
