/** Answers a conversation as a stream of text and tool calls. */
export interface LanguageModel {
  /** The provider's name, for logs and metrics. */
  readonly name: string
  /**
   * Answers once: text events, whose concatenation is the answer, and tool calls, then exactly one finish, then the
   * iteration ends. Calls count from 0 without gaps; a call's arguments follow its start and end where the next call or
   * the finish comes; they are what the model wrote, which need not be valid JSON.
   *
   * - Abort: the iteration ends soon without a further event and the provider's connection is closed.
   * - Throws `Failure` (`engine`, or `capacity` when the provider says it is overloaded); `retryable` tells whether
   *   another provider may be asked. A failure after the first event means that the answer is cut short.
   */
  generate(request: GenerationRequest): AsyncIterable<LanguageEvent>
  close(): Promise<void>
}

export interface GenerationRequest {
  instructions: string
  /** The conversation as the model shall see it, oldest first. */
  context: readonly ContextItem[]
  /** What the model may call; names are unique. */
  tools?: readonly ToolDeclaration[]
  /** Absent: `auto`. A name demands that tool. */
  toolChoice?: ToolDemand
  parallelToolCalls?: boolean
  reasoningEffort?: ReasoningEffort
  /** Upper bound of generated tokens; absent: the provider's own. */
  maxOutputTokens?: number
  temperature?: number
  /** The key to ask with in place of the provider's own; a provider that needs none pays no heed to it. */
  apiKey?: string
  signal: AbortSignal
}

export interface ToolDeclaration {
  name: string
  description?: string
  /** JSON Schema of the arguments. */
  parameters?: Readonly<Record<string, unknown>>
}

export type ToolDemand = 'none' | 'auto' | 'required' | { readonly name: string }
export type ReasoningEffort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'

/** One entry of the conversation, in words: audio stands here as its transcript. */
export type ContextItem = ContextMessage | ContextToolCall | ContextToolResult

export interface ContextMessage {
  role: 'system' | 'user' | 'assistant'
  text: string
  /** What the user shows, as data URIs of PNG or JPEG; models that cannot see are not given them. */
  images?: readonly { url: string; detail: 'auto' | 'low' | 'high' }[]
}

/** A call that the model made before. */
export interface ContextToolCall {
  role: 'tool_call'
  callId: string
  name: string
  arguments: string
}

export interface ContextToolResult {
  role: 'tool_result'
  callId: string
  output: string
}

export type FinishReason = 'stop' | 'max_output_tokens' | 'content_filter'

export interface LanguageUsage {
  inputTokens: number
  outputTokens: number
  /** The part of `inputTokens` that the provider had cached. */
  cachedTokens: number
}

export type LanguageEvent =
  | { kind: 'text'; text: string }
  | { kind: 'call_started'; call: number; name: string }
  | { kind: 'call_arguments'; call: number; text: string }
  | { kind: 'finish'; reason: FinishReason; usage: LanguageUsage }
