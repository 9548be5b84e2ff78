import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { makeSileroMemory, openSilero } from './silero.ts'
import { recording } from './testing/speech.ts'

const modelFile = fileURLToPath(new URL('../models/silero_vad_v5.onnx', import.meta.url))

/** The model's published use, for one stream: frames of 576 samples that overlap by 64. */
async function referenceProbabilities(samples: Int16Array): Promise<number[]> {
  const session = await InferenceSession.create(modelFile)
  const padded = Float32Array.of(...new Float32Array(64), ...Float32Array.from(samples, (sample) => sample / 32_768))
  const probabilities: number[] = []
  let state = new Tensor('float32', new Float32Array(256), [2, 1, 128])
  for (let start = 0; start + 576 <= padded.length; start += 512) {
    const input = new Tensor('float32', padded.slice(start, start + 576), [1, 576])
    const output = await session.run({ input, state, sr: new Tensor('int64', [16_000n], []) })
    probabilities.push(Number(output['output']?.data[0]))
    state = output['stateN'] as typeof state
  }
  await session.release()
  return probabilities
}

describe('Silero', () => {
  it('judges each of several streams as the published model judges one', async () => {
    const speech = [await recording('goodbye-mary'), await recording('what-time-is-it')]
    const expected = await Promise.all(speech.map(referenceProbabilities))
    const silero = await openSilero(modelFile)
    const memories = speech.map(makeSileroMemory)
    for (const [k] of Array.from({ length: 30 }).entries()) {
      const windows = speech.map((samples) => samples.subarray(k * 512, (k + 1) * 512))
      const probabilities = await silero.score(
        windows.map((window, i) => ({ window, memory: memories[i] ?? expect.fail('No memory') })),
      )
      probabilities.forEach((probability, i) => expect(probability).toBeCloseTo(expected[i]?.[k] ?? NaN, 4))
    }
    await silero.close()
  })
})
