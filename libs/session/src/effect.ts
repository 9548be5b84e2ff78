import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { Item, ServerEventBody, TurnDetection } from '@voicebox/protocol'
import type { AudioRef } from './input.ts'

/** What the driver shall do, in this order. */
export type Effect =
  | { kind: 'send'; event: ServerEventBody }
  /** Sends generated audio as an `output_audio` delta, less its first `skip` samples (which were sent before). */
  | { kind: 'send_audio'; part: PartAddress; audio: AudioRef; skip: number }
  /** From now on (and from `fromMs` back in what is buffered) the input audio belongs to this item. */
  | { kind: 'open_utterance'; itemId: ItemId; fromMs: number }
  /** The item's audio is complete. */
  | { kind: 'close_utterance'; itemId: ItemId }
  /** The item's audio will never be used. */
  | { kind: 'drop_utterance'; itemId: ItemId }
  /** Forget buffered audio and begin to listen for a turn anew. */
  | { kind: 'reset_listening' }
  /** Turns are found by this from now on, and none reaches back beyond `floorMs`; an utterance that is open goes on. */
  | { kind: 'configure_listening'; turnDetection: TurnDetection | null; floorMs: number }
  | { kind: 'transcribe'; request: TranscribeRequest }
  | { kind: 'generate'; request: GenerateRequest }
  /** Stop all work for an item's transcription or for a response; what it still says is void. */
  | { kind: 'cancel_work'; subject: ItemId | ResponseId }
  | { kind: 'save_item'; item: Item }
  /** The item's audio is not needed by any worker any more. */
  | { kind: 'free_audio'; itemId: ItemId }
  /** Feed `timer_fired` back after `ms`; replaces the subject's earlier timer. */
  | { kind: 'arm_timer'; subject: ItemId | ResponseId; ms: number }
  | { kind: 'disarm_timer'; subject: ItemId | ResponseId }

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
}

export interface GenerateRequest {
  responseId: ResponseId
  instructions: string
  itemIds: readonly ItemId[]
  maxOutputTokens?: number
  /** Absent in a text response. */
  speech?: { voice: string; speed: number; language?: string }
}
