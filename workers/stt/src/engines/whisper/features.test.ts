import { AutoFeatureExtractor, env } from '@huggingface/transformers'
import { expect, it } from 'vitest'
import { fixturesDir, recordings } from '../../testing/speech.ts'
import { featuresOf } from './features.ts'

it('features of short speech are those of a whole window with silence after the speech', async () => {
  env.allowRemoteModels = false
  env.localModelPath = fixturesDir
  const extractor = await AutoFeatureExtractor.from_pretrained('whisper-mini')
  const extract = extractor as unknown as (audio: Float32Array) => Promise<{ input_features: { data: Float32Array } }>
  const [first, second] = await recordings()
  const whole = new Int16Array(96_000).map((_, i) => first?.samples[i % first.samples.length] ?? 0)
  const windows = [first?.samples ?? whole, second?.samples.subarray(0, 800) ?? whole, whole]
  const features = await featuresOf(extractor, windows)
  expect(features.dims).toEqual([3, 80, 600])
  for (const [row, window] of windows.entries()) {
    const expected = (await extract(Float32Array.from(window, (sample) => sample / 32_768))).input_features.data
    const actual = (features.data as Float32Array).subarray(row * 48_000, (row + 1) * 48_000)
    const largestError = actual.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? NaN))), 0)
    expect(largestError).toBeLessThan(1e-6)
  }
})
