import { fileURLToPath } from 'node:url'
import { type Clock, Failure, systemClock } from '@voicebox/kernel'
import { type Heard, type InputRateHz, heardRateHz } from './heard.ts'
import { makeVadLink } from './vad-link.ts'

/** Voice activity detection for many streams, in one thread of its own: the event loop only copies bytes. */
export interface VoiceActivity {
  /** Throws `Failure` `capacity` when `maxStreams` are open. */
  open(options: VoiceStreamOptions): VoiceStream
  /** How many are open. */
  readonly streams: number
  /** Closes every stream and ends the thread. A process that exits without it, in the middle of inference, is aborted. */
  close(): Promise<void>
}

export interface VoiceStreamOptions {
  inputRateHz: InputRateHz
  onHeard(heard: Heard): void
  /** Called at most once, when the thread died or `onHeard` threw: the stream is closed then and what was pending is lost. */
  onFailure(error: Error): void
}

/** One stream of audio. After `close` or a failure nothing is called back any more, and writing does nothing. */
export interface VoiceStream {
  /**
   * Whether what is written from now on is searched for speech. Without it the samples come back all the same, with no
   * windows, at no cost of inference; the model forgets the past.
   */
  detect: boolean
  /**
   * Takes audio of `inputRateHz`, of any length; the array is free again when this returns. Throws `Failure` `capacity`
   * when a minute is pending already, which callers that throttle by `pendingMs` never see.
   */
  write(samples: Int16Array): void
  /** How much was written and not heard back yet; zero exactly when everything was. */
  readonly pendingMs: number
  close(): void
}

export interface VoiceActivityOptions {
  /** Silero v5 as ONNX; absent: the one that comes with this package. */
  modelFile?: string
  maxStreams: number
  clock?: Clock
}

/** Starts the thread and waits until it listens; throws `Failure` if it cannot. If it dies later, a new one is started when needed. */
export async function openVoiceActivity(options: VoiceActivityOptions): Promise<VoiceActivity> {
  const { modelFile = fileURLToPath(bundledModel), maxStreams, clock = systemClock } = options
  const open = new Map<number, OpenStream>()
  let lastStream = 0
  let isClosed = false

  const link = makeVadLink({
    thread: { modelFile, maxStreams },
    clock,
    onHeard: (heard) => heard.forEach(({ stream, samples, windows }) => open.get(stream)?.hear({ samples, windows })),
    onCrash(failure) {
      const lost = [...open.values()]
      open.clear()
      for (const stream of lost) stream.fail(failure)
    },
  })
  await link.start()

  return {
    open({ inputRateHz, onHeard, onFailure }) {
      if (isClosed) throw new Error('Voice activity detection is closed')
      if (open.size >= maxStreams)
        throw new Failure('capacity', 'too_many_voice_streams', 'Too many audio streams are open')
      const stream = (lastStream += 1)
      let writtenSamples = 0
      let heardSamples = 0
      const close = (): void => {
        if (open.delete(stream)) link.send({ kind: 'close', stream })
      }
      open.set(stream, {
        hear(heard) {
          heardSamples += heard.samples.length
          try {
            onHeard(heard)
          } catch (error) {
            close() // the other streams of this reply shall not suffer
            onFailure(error instanceof Error ? error : new Error(String(error)))
          }
        },
        fail: onFailure,
      })
      link.send({ kind: 'open', stream, inputRateHz })
      const voiceStream: VoiceStream = {
        detect: true,
        write(samples) {
          if (!open.has(stream) || samples.length === 0) return
          if (voiceStream.pendingMs > mostPendingMs)
            throw new Failure('capacity', 'audio_backlog', 'Audio comes faster than it can be heard')
          writtenSamples += samples.length
          link.send({ kind: 'write', stream, samples: new Int16Array(samples), detect: voiceStream.detect })
        },
        get pendingMs() {
          // Resampling rounds up, so that the difference is below zero by a part of a sample when all is heard.
          const difference = writtenSamples * heardRateHz - heardSamples * inputRateHz
          return open.has(stream) ? Math.max(0, (difference * 1000) / (inputRateHz * heardRateHz)) : 0
        },
        close,
      }
      return voiceStream
    },
    get streams() {
      return open.size
    },
    async close() {
      isClosed = true
      open.clear()
      await link.close()
    },
  }
}

interface OpenStream {
  hear(heard: Heard): void
  fail(failure: Failure): void
}

const bundledModel = new URL('../models/silero_vad_v5.onnx', import.meta.url)
const mostPendingMs = 60_000
