import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { ClientEvent, Item, McpError, McpListedTool, ServerEventOf, WireError } from '@voicebox/protocol'
import type { Subject } from './effect.ts'

/** Everything that can happen to a session. Positions in the input audio are milliseconds since the session's first frame. */
export type Input = ClientInput | AudioInput | WorkerInput | DriverInput | ServiceInput | TimerFired

/** A parsed client event; `append` never comes here, its audio does (as `audio_heard`). */
type ClientInput = { kind: 'client_event'; event: Exclude<ClientEvent, { type: 'input_audio_buffer.append' }> }

type AudioInput =
  /** `ms` more milliseconds of input audio have been decoded and heard. */
  | { kind: 'audio_heard'; ms: number }
  /** Voice activity: speech began at `startMs`, which includes the prefix padding. */
  | { kind: 'speech_started'; startMs: number }
  /** Voice activity: the turn ended; `endMs` includes the silence that told so. */
  | { kind: 'speech_stopped'; endMs: number }

/** What workers said, as it comes from the session log: in order, each once, but perhaps too late to matter. */
type WorkerInput =
  /** The words so far, which may be revised. */
  | { kind: 'transcript_interim'; itemId: ItemId; text: string }
  | { kind: 'transcript_final'; itemId: ItemId; text: string; audioMs: number; logprobs?: readonly TokenLogprob[] }
  | { kind: 'transcript_failed'; itemId: ItemId; code: string; message: string }
  | { kind: 'text_generated'; responseId: ResponseId; text: string }
  /** Calls count from 0; the arguments of one end where the next begins, or with the generation. */
  | { kind: 'call_started'; responseId: ResponseId; call: number; name: string }
  | { kind: 'call_arguments'; responseId: ResponseId; call: number; text: string }
  | {
      kind: 'generation_finished'
      responseId: ResponseId
      reason: FinishReason
      usage: TokenCounts
      segments: number
    }
  /** `type` is the error's; absent: `server_error`. */
  | { kind: 'generation_failed'; responseId: ResponseId; type?: string; code: string; message: string }
  /** The text of a segment, as it stands in the answer. */
  | { kind: 'segment_planned'; responseId: ResponseId; segment: number; text: string }
  | { kind: 'audio_generated'; responseId: ResponseId; segment: number; offset: number; audio: AudioRef }
  | { kind: 'segment_spoken'; responseId: ResponseId; segment: number; samples: number }
  | { kind: 'segment_failed'; responseId: ResponseId; segment: number; code: string; message: string }
  | { kind: 'tools_listed'; itemId: ItemId; tools: readonly McpListedTool[] }
  | { kind: 'listing_failed'; itemId: ItemId; code: string; message: string }
  | { kind: 'tool_called'; itemId: ItemId; output: string }
  | { kind: 'tool_failed'; itemId: ItemId; error: McpError }

/** What the driver has to say by itself. */
type DriverInput =
  | { kind: 'connected' }
  /**
   * Another process goes on with the session, once it has taken what the session log had: its ears begin at `heardMs`, and no
   * timer runs. With `utteranceEnded`, the audio of the open utterance had been marked complete.
   */
  | { kind: 'resumed'; heardMs: number; utteranceEnded?: boolean }
  /** The client is told of an error; nothing else happens. */
  | { kind: 'refused'; error: Pick<WireError, 'code' | 'message'> & Partial<WireError> }
  /** What history has of an item that was put away, which may be nothing; or history cannot be asked. */
  | { kind: 'item_recalled'; itemId: ItemId; item: Item | null }
  | { kind: 'recall_failed'; itemId: ItemId }
  | { kind: 'limits_updated'; limits: ServerEventOf<'rate_limits.updated'>['rate_limits'] }

/** Whether the workers can be reached. What they said until then comes before it. */
type ServiceInput =
  /** Nobody serves this kind of work at the moment; or somebody does again. Telling it twice does no harm. */
  | { kind: 'service_lost' | 'service_restored'; service: Service }
  /** Some of what the workers said is gone before it could be taken, and nobody knows what. None of it is about what they were not asked for. */
  | { kind: 'results_lost'; unasked?: readonly Subject[] }

/** A kind of work that workers do. */
export type Service = 'transcription' | 'language' | 'speech'

/** An `arm_timer` effect has fallen due. */
type TimerFired = { kind: 'timer_fired'; subject: TimerSubject }

/** What a timer waits for: work on an item or a response, or the user, who says nothing. */
export type TimerSubject = Subject | 'idle'

/** Why the language model stopped. */
export type FinishReason = 'stop' | 'max_output_tokens' | 'content_filter'

/** Tokens as the language model counts them: text only. */
export interface TokenCounts {
  inputTokens: number
  outputTokens: number
  /** The part of `inputTokens` that was cached. */
  cachedTokens: number
}

/** How sure the recognizer is of a piece of its text, as a natural logarithm. */
export interface TokenLogprob {
  token: string
  logprob: number
}

/** Stands for generated audio (24 kHz mono) that only the driver can open. */
export interface AudioRef {
  readonly samples: number
}
