/** A piece of a stream after voice activity detection listened to it. */
export interface Heard {
  /** 16 kHz, in order, nothing lost or doubled: all pieces together are the whole stream, resampled. */
  samples: Int16Array
  /** One for each window of 512 samples that is complete now; none where detection is off. */
  windows: VoiceWindow[]
}

export interface VoiceWindow {
  /** Where the window ends, in samples of the 16 kHz stream. */
  endSample: number
  /** 0 to 1, that the window is speech. */
  probability: number
}

export type InputRateHz = 24_000 | 16_000 | 8_000
export const heardRateHz = 16_000
/** What the model judges at once: 32 ms. */
export const windowSamples = 512
