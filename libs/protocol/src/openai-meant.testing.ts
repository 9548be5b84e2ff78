import type { ResponsePrompt } from 'openai/resources/responses/responses'
import type {
  RealtimeAudioConfigInput,
  RealtimeAudioFormats,
  RealtimeConversationItemAssistantMessage as AssistantMessage,
  RealtimeConversationItemSystemMessage as SystemMessage,
  RealtimeConversationItemUserMessage as UserMessage,
  RealtimeFunctionTool,
  RealtimeMcpListTools,
} from 'openai/resources/realtime/realtime'

/**
 * The official types, less what they let a client leave out but no server can do without, or let it say that means nothing.
 * This is the whole list of what they can send and this server refuses for its form.
 */
export type Meant<T> = T extends string ? (string extends T ? string : T) : T extends object ? MeantObject<T> : T

type MeantObject<T> = T extends RealtimeAudioFormats ? WithType<T> : Replaced<T> extends never ? Inside<T> : Replaced<T>

/** The objects that are told apart by fields that their types leave optional; never for any other. */
type Replaced<T> =
  | On<T, RealtimeFunctionTool, FunctionTool>
  | On<T, SystemMessage.Content, { type: 'input_text'; text: string }>
  | On<T, UserMessage.Content, UserPart>
  | On<T, AssistantMessage.Content, { type: 'output_text' | 'output_audio'; text: string }>
  | On<T, RealtimeMcpListTools.Tool, Omit<RealtimeMcpListTools.Tool, keyof ListedJson> & ListedJson>
  | On<T, RealtimeAudioConfigInput.NoiseReduction, WithType<RealtimeAudioConfigInput.NoiseReduction>>
  | On<T, ResponsePrompt, Omit<ResponsePrompt, 'variables'> & { variables?: Record<string, PromptText> | null }>

type On<T, Official, Instead> = [T, Official] extends [Official, T] ? Instead : never
type WithType<T> = Omit<T, 'type'> & { type: Exclude<T extends { type?: infer K } ? K : never, undefined> }

/** A `conversation` other than these two is a name that nothing has. */
type Inside<T> = { [K in keyof T]: K extends 'conversation' ? 'auto' | 'none' : Meant<T[K]> }

interface FunctionTool {
  type: 'function'
  name: string
  description?: string
  parameters?: Record<string, unknown>
}

type UserPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; audio: string; transcript?: string }
  | { type: 'input_image'; image_url: string; detail?: 'auto' | 'low' | 'high' }

interface ListedJson {
  input_schema: Record<string, unknown>
  annotations?: Record<string, unknown> | null
}

/** Prompts are templates of text here. */
type PromptText = string | { type: 'input_text'; text: string }
