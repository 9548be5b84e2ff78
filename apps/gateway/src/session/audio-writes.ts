import { heardRateHz, msToSamples } from '@voicebox/audio'
import { Failure, type ItemId, toFailure } from '@voicebox/kernel'
import type { Patience } from './patience.ts'

/** Writes the audio of a session one piece after the other, and says when it is written. */
export interface AudioWrites {
  /** More of an item's audio, from its `at`-th sample (16 kHz) on; null marks its end there. */
  append(itemId: ItemId, at: number, pcm: Uint8Array | null): void
  /** Anything else that must be written before the next commit. */
  write(task: () => Promise<void>): void
  /** Resolves when all that was handed over so far is written, or never will be. */
  written(): Promise<void>
  /** How many samples of utterances are not written yet. */
  readonly unwritten: number
}

export interface AudioWritesOptions {
  /** Audio that may wait for Redis, in milliseconds; beyond that the session is given up. */
  maxUnwrittenMs: number
  /** With `isLast` nothing comes after it. */
  append(itemId: ItemId, at: number, pcm: Uint8Array | null, isLast: boolean): Promise<void>
  patience: Patience
  onFailure(error: Error): void
}

export function makeAudioWrites({ maxUnwrittenMs, append, patience, onFailure }: AudioWritesOptions): AudioWrites {
  const maxUnwritten = msToSamples(maxUnwrittenMs, heardRateHz)
  let tail = Promise.resolve()
  let unwritten = 0
  /** The piece that came last, as long as nothing else came and its turn has not: an end may still be written with it. */
  let latest: { itemId: ItemId; end: number; isLast: boolean } | null = null

  function then(task: () => Promise<void>): void {
    latest = null
    tail = tail.then(() => patience.retry(task)).catch((error: unknown) => onFailure(toFailure(error)))
  }

  return {
    append(itemId, at, pcm) {
      if (pcm === null && latest?.itemId === itemId && latest.end === at) {
        latest.isLast = true
        latest = null
        return
      }
      const samples = (pcm?.byteLength ?? 0) / 2
      const piece = { itemId, end: at + samples, isLast: pcm === null }
      unwritten += samples
      if (unwritten > maxUnwritten)
        onFailure(new Failure('capacity', 'audio_backlog', 'Too much audio waits to be kept'))
      then(async () => {
        if (latest === piece) latest = null
        await append(itemId, at, pcm, piece.isLast)
        unwritten -= samples
      })
      latest = piece
    },
    write: then,
    written: () => tail,
    get unwritten() {
      return unwritten
    },
  }
}
