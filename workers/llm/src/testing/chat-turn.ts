/** What the server does with one request. */
export type ChatTurn =
  | {
      kind: 'reply'
      /** The deltas, in order. */
      chunks: readonly string[]
      firstTokenMs?: number
      chunkMs?: number
      /** `stop` unless the request's limit cuts the reply short, a chunk counting as a token. */
      finishReason?: string
      /** `none` for a provider that does not report it. */
      usage?: ChatUsage
    }
  | {
      kind: 'calls'
      calls: readonly ToolCallTurn[]
      /** Deltas of text before the calls. */
      text?: readonly string[]
      /**
       * How the calls are streamed. `pieces`, as OpenAI does: each by its index, id and name, then its arguments bit by
       * bit. `whole`, as Ollama does: each in one chunk. `bare`: whole too, without index and id.
       */
      manner?: 'pieces' | 'whole' | 'bare'
      chunkMs?: number
      /** `tool_calls` unless given. */
      finishReason?: string
      usage?: ChatUsage
      /** Instead of a finish, once half of the chunks are sent: breaks the connection, or falls silent and keeps it open. */
      then?: 'cut' | 'hang'
    }
  /** Refuses with an HTTP status and an error in OpenAI's form. */
  | { kind: 'status'; status: number; code?: string; message?: string }
  /** Falls silent after these deltas, and keeps the connection open. */
  | { kind: 'hang'; after?: readonly string[] }
  /** Breaks the connection after these deltas. */
  | { kind: 'cut'; after?: readonly string[] }
  /** Sends this instead of a chunk after these deltas: as the data of an event, in which JSON is expected. */
  | { kind: 'garbage'; data: string; after?: readonly string[] }
  /** Ends the stream in order, without a delta or finish reason. */
  | { kind: 'empty' }

export type ChatUsage =
  'none' | { prompt_tokens: number; completion_tokens: number; prompt_tokens_details?: { cached_tokens: number } }

/** A call that the server makes. */
export interface ToolCallTurn {
  name: string
  /** JSON text. */
  arguments: string
  /** Made up unless given. */
  id?: string
}

/** Replies with a text, word by word. */
export function reply(
  text: string,
  options: Omit<Extract<ChatTurn, { kind: 'reply' }>, 'kind' | 'chunks'> = {},
): ChatTurn {
  return { kind: 'reply', chunks: text.match(/\s*\S+/g) ?? [], ...options }
}

/** Calls tools. */
export function callTools(
  calls: readonly ToolCallTurn[],
  options: Omit<Extract<ChatTurn, { kind: 'calls' }>, 'kind' | 'calls'> = {},
): ChatTurn {
  return { kind: 'calls', calls, ...options }
}

/** Turns for the first requests, the last of them also for all that follow; or a decision for each request. */
export type ChatScript = ChatTurn | readonly ChatTurn[] | ((request: ChatRequest) => ChatTurn)

/** A request as the server has seen it. */
export interface ChatRequest {
  /** The messages in words: of the parts of one only the texts; `body` has the whole. */
  messages: readonly { role: string; content: string }[]
  model: string
  /** The `authorization` header. */
  authorization: string | undefined
  /** The whole body, as parsed. */
  body: Readonly<Record<string, unknown>>
  /** How the turn ended; the client may leave before it would have. */
  ended: Promise<'as scripted' | 'client left'>
}
