import { fileURLToPath } from 'node:url'
import { type Clock, Failure, systemClock } from '@voicebox/kernel'
import { type Heard, type InputRateHz, heardRateHz } from './heard.ts'
import { samplesToMs } from './pcm16.ts'
import { makeQuietAudio } from './quiet-audio.ts'
import { makeVadLink } from './vad-link.ts'

/** Voice activity detection for many streams, in one thread of its own: the event loop only copies bytes. */
export interface VoiceActivity {
  /** Throws `Failure` `capacity` when `maxStreams` are open. */
  open(options: VoiceStreamOptions): VoiceStream
  /** How many are open. */
  readonly streams: number
  /** How many of them the thread has more than `ms` of that it has not heard yet: whether it keeps up. */
  laggingBy(ms: number): number
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
  /** The rate of what is written from now on. */
  inputRateHz: InputRateHz
  /**
   * How much of the noise is taken out of what is written from now on: 0 is nothing, 1 is all. Once it was above zero
   * the sound is heard 32 ms later, for as long as the stream is open.
   */
  suppression: number
  /**
   * Whether quiet audio may be heard up to 200 ms late, together with that of others, which costs a fraction. Loud audio, and
   * all before it, is heard at once. Set while something is waiting for what is written, which is then heard at once too.
   */
  isPatient: boolean
  /**
   * Takes audio of `inputRateHz`, of any length; the array is free again when this returns. Throws `Failure` `capacity`
   * when `maxPendingMs` are pending already, or `maxTotalPendingMs` over all streams.
   */
  write(samples: Int16Array): void
  /** Where what was written so far ends, in samples of the 16 kHz stream that is heard. */
  readonly endSample: number
  /** How much was written and not heard back yet; zero exactly when everything was. */
  readonly pendingMs: number
  close(): void
}

export interface VoiceActivityOptions {
  /** Silero v5 as ONNX; absent: the one that comes with this package. */
  modelFile?: string
  maxStreams: number
  /** What one stream may have written and not heard back yet. Absent: five minutes. */
  maxPendingMs?: number
  /** The same over all streams. Absent: an hour. */
  maxTotalPendingMs?: number
  clock?: Clock
}

/** Starts the thread and waits until it listens; throws `Failure` if it cannot. If it dies later, a new one is started when needed. */
export async function openVoiceActivity(options: VoiceActivityOptions): Promise<VoiceActivity> {
  const { modelFile = fileURLToPath(bundledModel), maxStreams, clock = systemClock } = options
  const { maxPendingMs = 300_000, maxTotalPendingMs = 3_600_000 } = options
  const open = new Map<number, OpenStream>()
  /** Streams that hold quiet audio back. */
  const holding = new Set<Holder>()
  let cancelRelease: (() => void) | undefined
  let lastStream = 0
  let totalPending = 0
  let isClosed = false

  const link = makeVadLink({
    thread: { modelFile, maxStreams },
    clock,
    onHeard: (heard) => heard.forEach(({ stream, samples, windows }) => open.get(stream)?.hear({ samples, windows })),
    onCrash(failure) {
      const lost = [...open.values()]
      open.clear()
      holding.clear()
      totalPending = 0
      for (const stream of lost) stream.fail(failure)
    },
  })
  await link.start()

  function hold(holder: Holder): void {
    holding.add(holder)
    cancelRelease ??= clock.after(longestHoldMs, () => {
      cancelRelease = undefined
      for (const each of holding) each.release()
    })
  }

  return {
    open({ inputRateHz, onHeard, onFailure }) {
      if (isClosed) throw new Error('Voice activity detection is closed')
      if (open.size >= maxStreams)
        throw new Failure('capacity', 'too_many_voice_streams', 'Too many audio streams are open')
      const stream = (lastStream += 1)
      let run: Run = { rateHz: inputRateHz, startSample: 0, written: 0 }
      let heardSamples = 0
      let isPatient = false
      const quiet = makeQuietAudio((samples, manner) => link.send({ kind: 'write', stream, samples, ...manner }))
      let heldFromSample: number | null = null
      const holder: Holder = {
        release() {
          holding.delete(holder)
          heldFromSample = null
          if (open.has(stream)) quiet.release()
        },
      }
      const pending = (): number => (open.has(stream) ? endOf(run) - heardSamples : 0)
      const close = (): void => {
        totalPending -= pending()
        holding.delete(holder)
        if (open.delete(stream)) link.send({ kind: 'close', stream })
      }
      open.set(stream, {
        lagMs: () => samplesToMs((heldFromSample ?? endOf(run)) - heardSamples, heardRateHz),
        hear(heard) {
          totalPending -= heard.samples.length
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
      link.send({ kind: 'open', stream })
      const voiceStream: VoiceStream = {
        detect: true,
        inputRateHz,
        suppression: 0,
        write(samples) {
          if (!open.has(stream) || samples.length === 0) return
          const totalPendingMs = samplesToMs(totalPending, heardRateHz)
          if (voiceStream.pendingMs > maxPendingMs || totalPendingMs > maxTotalPendingMs)
            throw new Failure('capacity', 'audio_backlog', 'Audio comes faster than it can be heard')
          const { detect, inputRateHz, suppression } = voiceStream
          const start = endOf(run)
          if (inputRateHz !== run.rateHz) run = { rateHz: inputRateHz, startSample: start, written: 0 }
          run.written += samples.length
          totalPending += endOf(run) - start
          const manner = { detect, inputRateHz, suppression }
          if (isPatient && quiet.hold(samples, manner)) {
            heldFromSample ??= start
            return hold(holder)
          }
          holder.release()
          link.send({ kind: 'write', stream, samples: new Int16Array(samples), ...manner })
        },
        get isPatient() {
          return isPatient
        },
        set isPatient(patient) {
          isPatient = patient
          if (patient) return
          holder.release()
          if (pending() > 0) link.hurry()
        },
        get endSample() {
          return endOf(run)
        },
        get pendingMs() {
          return samplesToMs(pending(), heardRateHz)
        },
        close,
      }
      return voiceStream
    },
    laggingBy: (ms) => [...open.values()].filter((stream) => stream.lagMs() > ms).length,
    get streams() {
      return open.size
    },
    async close() {
      isClosed = true
      open.clear()
      holding.clear()
      cancelRelease?.()
      await link.close()
    },
  }
}

const longestHoldMs = 200

interface Holder {
  release(): void
}

interface OpenStream {
  /** How much the thread was given and has not heard yet. */
  lagMs(): number
  hear(heard: Heard): void
  fail(failure: Failure): void
}

/** What was written to a stream since it has had this rate. */
interface Run {
  rateHz: InputRateHz
  startSample: number
  written: number
}

/** Resampling rounds up, for each run by itself. */
const endOf = ({ rateHz, startSample, written }: Run): number =>
  startSample + Math.ceil((written * heardRateHz) / rateHz)

const bundledModel = new URL('../models/silero_vad_v5.onnx', import.meta.url)
