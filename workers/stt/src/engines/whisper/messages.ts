import type { Settings } from '@voicebox/config'
import type { TokenLogprob } from '@voicebox/engines'
import type { Device } from '@voicebox/inference'
import type { WhisperModelPlace } from './model-files.ts'

/** What the thread is made with (`workerData`). */
export interface WhisperThreadOptions extends WhisperModelPlace {
  device: Settings['device']
  threads: number
}

/** One window of an utterance. */
export interface WindowWork {
  samples: Int16Array<ArrayBuffer>
  /** A language of the model; absent: the one it hears. */
  language?: string | undefined
  prompt?: string | undefined
  wantsLogprobs?: boolean
}

/** What was heard in a window. */
export interface Transcript {
  text: string
  /** Its pieces, in order, where they were asked for. */
  logprobs?: readonly TokenLogprob[]
}

export type WhisperCommand =
  /** Recognizes the windows together; the next batch comes when this is done. */
  | { kind: 'recognize'; works: { id: number; work: WindowWork }[] }
  /** A window is not wanted any more. */
  | { kind: 'abandon'; id: number }
  | { kind: 'stop' }

export type WhisperReply =
  | { kind: 'ready'; model: WhisperModelFacts }
  /** The thread cannot start, and ends. */
  | { kind: 'unable'; code: string; message: string }
  | { kind: 'recognized'; id: number; transcript: Transcript }
  | { kind: 'done' }
  /** The batch failed; the thread goes on. */
  | { kind: 'failed'; message: string }

export interface WhisperModelFacts {
  device: Device
  /** The most that it hears at once. */
  windowSamples: number
  /** ISO-639-1; `null` for a model that knows English only. */
  languages: string[] | null
}
