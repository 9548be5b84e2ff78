/** Turns one utterance into text. Recognizers hear 16 kHz mono, signed 16 bit, whatever the client sent. */
export interface SpeechRecognizer {
  /** The engine's name, which is also its lane's. */
  readonly name: string
  /**
   * Recognizes one utterance: any number of interim results, then exactly one final, then the iteration ends.
   *
   * - `audio` yields frames of any length as they become known and ends with the utterance. A live engine listens while
   *   it comes; a batch engine reads it to the end first. The recognizer returns (closes) the iterator when it stops early.
   * - Silence and noise are a final with empty text, not a failure.
   * - Abort: the iteration ends soon without a further result; native work stops and temporary files are gone.
   * - Throws `Failure` of kind `engine`. Calls may overlap; the engine queues or batches what it cannot run at once.
   */
  recognize(request: RecognitionRequest): AsyncIterable<Recognition>
  /** Frees models and processes; calls in flight fail. */
  close(): Promise<void>
}

export interface RecognitionRequest {
  audio: AsyncIterable<Int16Array>
  /** ISO-639-1, as OpenAI's `transcription.language`; absent: the engine decides. */
  language?: string
  /** Words to expect; an engine without such a means ignores it. */
  prompt?: string
  /** Whether the final result shall say how sure the engine is; one that cannot say leaves it out. */
  wantsLogprobs?: boolean
  signal: AbortSignal
}

export type Recognition =
  { kind: 'interim'; text: string } | { kind: 'final'; text: string; logprobs?: readonly TokenLogprob[] }

/** How sure the engine is of a piece of the final text, as a natural logarithm; in the text's order. */
export interface TokenLogprob {
  token: string
  logprob: number
}
