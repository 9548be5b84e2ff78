import type { Heard, InputRateHz } from './heard.ts'

/** What the thread is made with (`workerData`). */
export interface VadThreadOptions {
  modelFile: string
  maxStreams: number
}

/** Said to the thread in batches, which it obeys in order. */
export type VadCommand =
  | { kind: 'open'; stream: number }
  | ({ kind: 'write'; stream: number; samples: Int16Array<ArrayBuffer> } & HearingManner)
  | { kind: 'close'; stream: number }
  | { kind: 'stop' }

/** How samples are to be heard. */
export interface HearingManner {
  inputRateHz: InputRateHz
  detect: boolean
  suppression: number
}

export type VadReply = { kind: 'ready' } | { kind: 'heard'; heard: HeardOfStream[] }

export interface HeardOfStream extends Heard {
  stream: number
  samples: Int16Array<ArrayBuffer>
}
