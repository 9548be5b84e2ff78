/** A model that removes noise from 16 kHz speech, for any number of streams. */
export interface Denoisers {
  /** Throws `Failure` `capacity` when there is no memory left. */
  open(): Denoiser
}

/** One stream. What it hears first it hears as if silence had been before. */
export interface Denoiser {
  /** Takes the next frame (`frameSamples`) and returns the frame before it without its noise. */
  process(frame: Int16Array): Int16Array
  close(): void
}

/** 16 ms. */
export const frameSamples = 256
