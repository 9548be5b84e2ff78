import { concatSamples } from '@voicebox/audio'
import { type Clock, aborted } from '@voicebox/kernel'

/**
 * Yields the frames of an utterance until it ends or the signal is aborted, and closes it then, without waiting for a
 * frame that may never come.
 */
export async function* framesUntil(
  audio: AsyncIterable<Int16Array>,
  signal: AbortSignal,
): AsyncGenerator<Int16Array, void, undefined> {
  const frames = audio[Symbol.asyncIterator]()
  const stopped = aborted(signal)
  try {
    while (!signal.aborted) {
      const next = await Promise.race([stopped, frames.next()])
      if (next === undefined || next.done === true || signal.aborted) return
      if (next.value.length > 0) yield next.value
    }
  } finally {
    // what its end throws comes too late to matter, and it may wait for the frame that was asked for
    frames.return?.().catch(() => {})
  }
}

/** Reads an utterance to its end, or as far as it has come when the signal is aborted. */
export async function collectFrames(audio: AsyncIterable<Int16Array>, signal: AbortSignal): Promise<Int16Array> {
  return concatSamples(await Array.fromAsync(framesUntil(audio, signal)))
}

/** Yields no more than so many samples, and closes the audio then. */
export async function* firstSamples(
  audio: AsyncIterable<Int16Array>,
  count: number,
): AsyncGenerator<Int16Array, void, undefined> {
  let left = count
  if (left <= 0) return
  for await (const frame of audio) {
    yield frame.subarray(0, left)
    left -= frame.length
    if (left <= 0) return
  }
}

/** The same audio, how much of it was taken so far, and when the last of it was. */
export interface CountedAudio {
  frames: AsyncIterable<Int16Array>
  samples(): number
  endedAtMs(): number
}

export function counted(audio: AsyncIterable<Int16Array>, clock: Clock): CountedAudio {
  let samples = 0
  let takenAtMs = clock.now()
  async function* count(): AsyncGenerator<Int16Array, void, undefined> {
    for await (const frame of audio) {
      samples += frame.length
      takenAtMs = clock.now()
      yield frame
    }
  }
  return { frames: count(), samples: () => samples, endedAtMs: () => takenAtMs }
}
