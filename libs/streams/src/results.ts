import type { FinishReason, LanguageUsage } from '@voicebox/engines'
import type { ItemId, ResponseId } from '@voicebox/kernel'

/** What workers say about a session. They come to the gateway in the order of the session log, each exactly once. */
export type WorkerResult =
  | { kind: 'transcript_interim'; itemId: ItemId; text: string }
  | { kind: 'transcript_final'; itemId: ItemId; text: string; audioMs: number }
  | { kind: 'transcript_failed'; itemId: ItemId; code: string; message: string }
  | { kind: 'text_generated'; responseId: ResponseId; text: string }
  /** A segment was cut from the text and put on the synthesis lane; segments count from 0 without gaps. */
  | { kind: 'segment_planned'; responseId: ResponseId; segment: number; text: string }
  | {
      kind: 'generation_finished'
      responseId: ResponseId
      reason: FinishReason
      usage: LanguageUsage
      /** How many segments were planned; 0 in a text response. */
      segments: number
      provider: string
    }
  | { kind: 'generation_failed'; responseId: ResponseId; code: string; message: string }
  /**
   * Audio of one segment: pcm16 little endian, 24 kHz, mono. `offset` is the position of its first sample in the segment,
   * so that audio made twice (by two attempts) is recognized and used once.
   */
  | { kind: 'audio_generated'; responseId: ResponseId; segment: number; offset: number; pcm: Uint8Array }
  | { kind: 'segment_spoken'; responseId: ResponseId; segment: number; samples: number }
  | { kind: 'segment_failed'; responseId: ResponseId; segment: number; code: string; message: string }
