import { workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { chooseDevice } from '@voicebox/inference'
import { serveInference } from '../onnx/serve-inference.ts'
import type { PiperRequest, PiperThreadOptions } from './piper.ts'

// Piper's thread.

await serveInference<PiperRequest>(async () => {
  const { modelFile, device: wanted, threads } = workerData as PiperThreadOptions
  const device = await chooseDevice(wanted)
  const session = await InferenceSession.create(modelFile, {
    executionProviders: [device.name],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  })
  return {
    device,
    async infer({ ids, scales, speaker }) {
      const feeds = {
        input: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
        input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
        scales: new Tensor('float32', Float32Array.from(scales), [3]),
        ...(session.inputNames.includes('sid') && { sid: new Tensor('int64', BigInt64Array.of(BigInt(speaker)), [1]) }),
      }
      const { output } = await session.run(feeds)
      if (!(output?.data instanceof Float32Array))
        throw new TypeError('The model does not answer as a Piper voice does')
      return atFullLevel(output.data)
    },
  }
})

/** Voices differ in loudness; Piper's own program levels them the same way. */
function atFullLevel(audio: Float32Array): Float32Array {
  const peak = audio.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0.01)
  return audio.map((sample) => sample / peak)
}
