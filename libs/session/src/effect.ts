import type { ItemId, JobId, ResponseId } from '@voicebox/kernel'
import type { AudioFormat, Item, NoiseReduction, ServerEventBody, TurnDetection } from '@voicebox/protocol'
import type { AudioRef, TimerSubject } from './input.ts'
import type { ContextEntry } from './words.ts'

/** What the driver shall do, in this order. */
export type Effect =
  | { kind: 'send'; event: ServerEventBody }
  /**
   * Sends generated audio as an `output_audio` delta in this format, less its first `skip` samples (which were sent before).
   * With `keep`, it is kept too, as the item's audio from that sample on.
   */
  | {
      kind: 'send_audio'
      part: PartAddress
      format: AudioFormat
      audio: AudioRef
      skip: number
      keep: { itemId: ItemId; atSample: number } | null
    }
  /** No more audio comes for this part: what its encoder still holds is sent. */
  | { kind: 'end_audio'; part: PartAddress; format: AudioFormat }
  /** Sends the item as `conversation.item.retrieved`, its audio in this format, as far as it is still kept. */
  | { kind: 'show_item'; item: Item; audio: KeptAudio | null }
  | ListeningEffect
  | WorkEffect
  /** The response is done and took so many tokens. */
  | { kind: 'settle'; responseId: ResponseId; tokens: number }
  /** Stop all work for an item or for a response; what it still says is void. */
  | { kind: 'cancel_work'; subject: Subject }
  /** Keeps the item, and what the language model shall see of it. */
  | { kind: 'save_item'; item: Item; context: readonly ContextEntry[] }
  | { kind: 'forget_item'; itemId: ItemId }
  /** Forgets the item, which is in history as it was saved last, at this position; it is still one of the conversation. */
  | { kind: 'put_away'; itemId: ItemId; position: number }
  /** Feed `item_recalled` or `recall_failed` back once history was asked for the item, before long. */
  | { kind: 'recall_item'; itemId: ItemId }
  /** Takes audio that came with an item: base64 in this format, complete. */
  | { kind: 'store_audio'; itemId: ItemId; audio: string; format: AudioFormat }
  /** The item's audio is not needed any more. */
  | { kind: 'free_audio'; itemId: ItemId }
  /**
   * Feed `timer_fired` back after `ms`; replaces the subject's earlier timer. With `afterPlayout`, the time counts from
   * when the client has played what was sent.
   */
  | { kind: 'arm_timer'; subject: TimerSubject; ms: number; afterPlayout?: true }
  | { kind: 'disarm_timer'; subject: TimerSubject }

/** What work is done for. */
export type Subject = ItemId | ResponseId

/** What the workers shall do. Each has the id of its job, so that asking again asks for nothing more. */
export type WorkEffect =
  | { kind: 'transcribe'; jobId: JobId; request: TranscribeRequest }
  /** The tokens are what the response is expected to read. */
  | { kind: 'generate'; jobId: JobId; request: GenerateRequest; estimatedTokens: number }
  | { kind: 'list_tools'; jobId: JobId; itemId: ItemId; server: McpServerAddress }
  | { kind: 'call_tool'; jobId: JobId; itemId: ItemId; server: McpServerAddress; name: string; arguments: string }
  | ({ kind: 'speak'; jobId: JobId; responseId: ResponseId; segment: number; text: string } & SpeechSettings)

/** What the ears of the session shall do. */
export type ListeningEffect =
  /** From now on (and from `fromMs` back in what is buffered) the input audio belongs to this item. */
  | { kind: 'open_utterance'; itemId: ItemId; fromMs: number }
  /** The item's audio is complete. */
  | { kind: 'close_utterance'; itemId: ItemId }
  /** The item's audio will never be used. */
  | { kind: 'drop_utterance'; itemId: ItemId }
  /** Forget buffered audio and begin to listen for a turn anew. */
  | { kind: 'reset_listening' }
  /** Audio is taken and turns are found by this from now on, and none reaches back beyond `floorMs`; an utterance that is open goes on. */
  | { kind: 'configure_listening'; hearing: HearingSettings; floorMs: number }

export interface HearingSettings {
  turnDetection: TurnDetection | null
  format: AudioFormat
  noiseReduction: NoiseReduction | null
}

/** Audio of an item, of which the first `ms` count. */
export interface KeptAudio {
  /** Of the user, as heard; or of the assistant, as generated. */
  origin: 'heard' | 'spoken'
  ms: number
  format: AudioFormat
}

/** Where a piece of output belongs. */
export interface PartAddress {
  response_id: string
  item_id: string
  output_index: number
  content_index: number
}

export interface TranscribeRequest {
  itemId: ItemId
  language?: string
  prompt?: string
  wantsLogprobs?: boolean
}

export interface GenerateRequest {
  responseId: ResponseId
  instructions: string
  /** The context, oldest first, as saved by `save_item`. */
  itemIds: readonly ItemId[]
  tools?: readonly ModelTool[]
  toolChoice?: 'none' | 'auto' | 'required' | { name: string }
  parallelToolCalls?: boolean
  reasoningEffort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'
  maxOutputTokens?: number
  temperature?: number
  /** Absent where the answer is not spoken. */
  speech?: SpeechSettings
}

export interface SpeechSettings {
  voice: string
  speed: number
  language?: string
}

/** A tool as the language model sees it, whoever runs it. */
export interface ModelTool {
  name: string
  description?: string
  /** JSON Schema of the arguments. */
  parameters?: Readonly<Record<string, unknown>>
}

/** An MCP server and how to ask it, secrets included. */
export interface McpServerAddress {
  label: string
  url: string
  authorization?: string
  headers?: Readonly<Record<string, string>>
}
