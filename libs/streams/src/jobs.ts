import type { SttEngine, TtsEngine } from '@voicebox/engines'
import type { ItemId, JobId, ResponseId, SessionId } from '@voicebox/kernel'

/** What every job says: whose it is, until when it is worth doing, and which trace it belongs to. */
interface JobBase {
  id: JobId
  sessionId: SessionId
  tenantId: string
  /** Milliseconds since the epoch. A job met later is answered as failed, not run. */
  deadlineAtMs: number
  traceId: string
}

/** Recognize the utterance whose audio is (or is being) appended under this item. */
export interface TranscribeJob extends JobBase {
  kind: 'transcribe'
  itemId: ItemId
  language?: string
  prompt?: string
}

/** Answer the conversation; in an audio response each finished segment becomes a `SynthesizeJob` on `speech.engine`'s lane. */
export interface GenerateJob extends JobBase {
  kind: 'generate'
  responseId: ResponseId
  instructions: string
  /** The context, oldest first, as saved by `saveItems`. Ids that are not found are left out. */
  itemIds: ItemId[]
  maxOutputTokens?: number
  temperature?: number
  /** Absent in a text response. */
  speech?: SpeechOptions
}

export interface SpeechOptions {
  engine: TtsEngine
  voice: string
  speed: number
  language?: string
}

/** Speak one segment of a response. Segments count from 0. */
export interface SynthesizeJob extends JobBase {
  kind: 'synthesize'
  responseId: ResponseId
  segment: number
  text: string
  voice: string
  speed: number
  language?: string
}

export type Job = TranscribeJob | GenerateJob | SynthesizeJob
export type JobOf<K extends Job['kind']> = Extract<Job, { kind: K }>

/** What a job works for, and so what is cancelled with it: an item's transcription or a response. */
export function subjectOf(job: Job): ItemId | ResponseId {
  return job.kind === 'transcribe' ? job.itemId : job.responseId
}

/** One lane an engine or provider pool; a worker reads only lanes it can serve. */
export type Lane = `jobs:stt:${SttEngine}` | `jobs:llm:${string}` | `jobs:tts:${TtsEngine}`

/** The consumer group of a lane, by the lane's kind. */
export function groupOf(lane: Lane): 'stt-workers' | 'llm-workers' | 'tts-workers' {
  if (lane.startsWith('jobs:stt:')) return 'stt-workers'
  return lane.startsWith('jobs:llm:') ? 'llm-workers' : 'tts-workers'
}
