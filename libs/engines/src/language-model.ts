/** Answers a conversation as a stream of text. */
export interface LanguageModel {
  /** The provider's name, for logs and metrics. */
  readonly name: string
  /**
   * Answers once: text events, whose concatenation is the answer, then exactly one finish, then the iteration ends.
   *
   * - Abort: the iteration ends soon without a further event and the provider's connection is closed.
   * - Throws `Failure` (`engine`, or `capacity` when the provider says it is overloaded); `retryable` tells whether
   *   another provider may be asked. A failure after the first text event means that the answer is cut short.
   */
  generate(request: GenerationRequest): AsyncIterable<LanguageEvent>
  close(): Promise<void>
}

export interface GenerationRequest {
  instructions: string
  /** The conversation as the model shall see it, oldest first. */
  context: readonly ContextItem[]
  /** Upper bound of generated tokens; absent: the provider's own. */
  maxOutputTokens?: number
  temperature?: number
  signal: AbortSignal
}

/** One message in words: audio stands here as its transcript. */
export interface ContextItem {
  role: 'system' | 'user' | 'assistant'
  text: string
}

export type FinishReason = 'stop' | 'max_output_tokens' | 'content_filter'

export interface LanguageUsage {
  inputTokens: number
  outputTokens: number
  /** The part of `inputTokens` that the provider had cached. */
  cachedTokens: number
}

export type LanguageEvent =
  { kind: 'text'; text: string } | { kind: 'finish'; reason: FinishReason; usage: LanguageUsage }
