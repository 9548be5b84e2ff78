import type { LogEntry } from './numbered-log.ts'

/** A piece of an utterance's audio, as `audio.append` wrote it. */
export interface AudioPiece {
  /** Where it begins, in samples. */
  at: number
  pcm: Uint8Array
  /** Nothing comes after it. */
  isFinal: boolean
}

export function pieceOf({ previous, payload }: LogEntry): AudioPiece {
  return { at: previous, pcm: payload.subarray(1), isFinal: payload[0] === finalMark }
}

const finalMark = 1
