import { type FeatureExtractor, Tensor } from '@huggingface/transformers'

/** What Whisper hears of windows of audio: their log-mel spectrograms, one row of the batch each. */
export async function featuresOf(extractor: FeatureExtractor, windows: readonly Int16Array[]): Promise<Tensor> {
  const { feature_size: bands, nb_max_frames: frames } = extractor.config as ExtractorConfig
  const features = new Float32Array(windows.length * bands * frames)
  for (const [row, window] of windows.entries()) {
    await writeFeatures(extractor, window, features.subarray(row * bands * frames, (row + 1) * bands * frames))
  }
  return new Tensor('float32', features, [windows.length, bands, frames])
}

interface ExtractorConfig {
  feature_size: number
  n_fft: number
  n_samples: number
  nb_max_frames: number
}

/**
 * The extractor takes its time for a whole window, however short the speech in it (some 0.1 s for 30 s). So it gets the
 * speech and a little silence; all silence after that has the same features as the last of that little.
 */
async function writeFeatures(extractor: FeatureExtractor, window: Int16Array, features: Float32Array): Promise<void> {
  const { n_fft, n_samples, nb_max_frames, feature_size } = extractor.config as ExtractorConfig
  const extract = extractor as unknown as Extract
  const heard = await extract(toFloats(window), { max_length: Math.min(window.length + 2 * n_fft, n_samples) })
  const { data, dims } = heard.input_features
  const frames = dims[2] ?? 0
  for (let band = 0; band < feature_size; band++) {
    const ofBand = data.subarray(band * frames, (band + 1) * frames)
    features.set(ofBand, band * nb_max_frames)
    features.fill(ofBand.at(-1) ?? 0, band * nb_max_frames + frames, (band + 1) * nb_max_frames)
  }
}

type Extract = (audio: Float32Array, options: { max_length: number }) => Promise<{ input_features: Spectrogram }>

interface Spectrogram {
  data: Float32Array
  /** Rows, bands and frames. */
  dims: readonly number[]
}

function toFloats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768)
}
