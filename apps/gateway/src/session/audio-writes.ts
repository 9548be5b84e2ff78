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
  append(itemId: ItemId, at: number, pcm: Uint8Array | null): Promise<void>
  patience: Patience
  onFailure(error: Error): void
}

export function makeAudioWrites({ maxUnwrittenMs, append, patience, onFailure }: AudioWritesOptions): AudioWrites {
  const maxUnwritten = msToSamples(maxUnwrittenMs, heardRateHz)
  let tail = Promise.resolve()
  let unwritten = 0

  function then(task: () => Promise<void>): void {
    tail = tail.then(() => patience.retry(task)).catch((error: unknown) => onFailure(toFailure(error)))
  }

  return {
    append(itemId, at, pcm) {
      const samples = (pcm?.byteLength ?? 0) / 2
      unwritten += samples
      if (unwritten > maxUnwritten)
        onFailure(new Failure('capacity', 'audio_backlog', 'Too much audio waits to be kept'))
      then(async () => {
        await append(itemId, at, pcm)
        unwritten -= samples
      })
    },
    write: then,
    written: () => tail,
    get unwritten() {
      return unwritten
    },
  }
}
