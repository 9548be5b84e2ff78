import type { FinishReason, LanguageUsage, TokenLogprob } from '@voicebox/engines'
import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { Stamp } from './attempt.ts'

/** What workers say about a session. They come to the gateway in the order of the session log, each exactly once. */
export type WorkerResult =
  | { kind: 'transcript_interim'; itemId: ItemId; text: string }
  /** What was said up to `audioMs` of an utterance that goes on; the end of a job that only peeked. */
  | { kind: 'transcript_peeked'; itemId: ItemId; text: string; audioMs: number }
  | {
      kind: 'transcript_final'
      itemId: ItemId
      text: string
      audioMs: number
      logprobs?: readonly TokenLogprob[]
    }
  | { kind: 'transcript_failed'; itemId: ItemId; code: string; message: string }
  | { kind: 'text_generated'; responseId: ResponseId; text: string }
  /** The model began to call a tool; calls count from 0 without gaps, and one's arguments end where the next begins. */
  | { kind: 'call_started'; responseId: ResponseId; call: number; name: string }
  | { kind: 'call_arguments'; responseId: ResponseId; call: number; text: string }
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
  | { kind: 'tools_listed'; itemId: ItemId; tools: readonly ListedTool[] }
  | { kind: 'listing_failed'; itemId: ItemId; code: string; message: string }
  | { kind: 'tool_called'; itemId: ItemId; output: string }
  | { kind: 'tool_failed'; itemId: ItemId; error: ToolError }

/** As it is in the session log: whose session it is about (`nameOf`), what is said of it, and when. */
export type NamedResult = readonly [session: string, result: WorkerResult, stamp: Stamp | null]

/** A tool as its MCP server lists it. */
export interface ListedTool {
  name: string
  /** Empty where the server gives none. */
  description: string
  inputSchema: Record<string, unknown>
  annotations: Record<string, unknown> | null
}

/** What stopped a call: the MCP exchange, HTTP (with its status), or the tool itself. */
export type ToolError =
  | { type: 'protocol_error' | 'http_error'; code: number; message: string }
  | { type: 'tool_execution_error'; message: string }
