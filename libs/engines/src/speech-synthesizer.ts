/** Turns one segment of text into speech: mono, signed 16 bit, at the engine's own rate. */
export interface SpeechSynthesizer {
  /** The engine's name, which is also its lane's. */
  readonly name: string
  /** What `synthesize` yields, in Hz; constant for the life of the engine. */
  readonly sampleRateHz: number
  /**
   * Speaks one segment; yields chunks of any length above zero, in order, as soon as the engine has them.
   *
   * - Text without anything to say (punctuation, spaces) yields nothing, and is not a failure.
   * - Backpressure: the engine makes no more than a bounded amount ahead of the consumer.
   * - Abort: the iteration ends soon without a further chunk; native work stops, processes and temporary files are gone.
   * - Throws `Failure` of kind `engine`. Calls may overlap.
   */
  synthesize(request: SynthesisRequest): AsyncIterable<Int16Array>
  /** Frees models and processes; calls in flight fail. */
  close(): Promise<void>
}

export interface SynthesisRequest {
  text: string
  /** An OpenAI voice name or one of the engine's own; unknown names fall back to the engine's default voice. */
  voice: string
  /** ISO-639-1; absent: English. */
  language?: string
  /** 0.25 to 1.5; 1 is the engine's normal pace. The length of the audio is about that of pace 1 divided by this. */
  speed: number
  signal: AbortSignal
}
