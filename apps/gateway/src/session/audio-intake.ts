import { type AudioCodec, codecOf } from '@voicebox/audio'
import { Failure, toFailure } from '@voicebox/kernel'
import type { AudioFormat } from '@voicebox/protocol'

/** Why audio was not taken. */
export type AudioRefusal = { kind: 'malformed'; message: string } | { kind: 'failed'; failure: Failure }

/**
 * Lets a client's audio, and what waits for it to be heard, through in their order. What comes behind a change of the format
 * waits, not decoded yet, until the change is made.
 */
export interface AudioIntake {
  /** Takes audio of the client's `event`-th event in the format of the moment, or says once why not: perhaps only when it was decoded. */
  append(bytes: Uint8Array, event: number, onRefused: (refusal: AudioRefusal) => void): void
  /** Runs the callback when what came before has been heard. With `isChange`, what comes after waits for that. */
  mark(run: () => void, isChange: boolean): void
  /** The format of what is decoded from now on. */
  format: AudioFormat
  /** How many wait for a change. */
  readonly waiting: number
  /** Forgets what waits. */
  close(): void
}

export interface AudioIntakeOptions {
  format: AudioFormat
  /** Takes decoded audio; what it throws is told to who appended it. */
  write(samples: Int16Array, event: number): void
  /** Runs the callback when all that was written so far has been heard, and nothing after it. */
  whenHeard(run: () => void): void
}

const maxWaitingBytes = 16 * 2 ** 20

export function makeAudioIntake(options: AudioIntakeOptions): AudioIntake {
  let waiting: Arrival[] = []
  let waitingBytes = 0
  let isChanging = false

  function arrive(arrival: Arrival): void {
    if (!isChanging && waiting.length === 0) return pass(arrival)
    if (waitingBytes + sizeOf(arrival) > maxWaitingBytes && arrival.kind === 'audio')
      return arrival.onRefused({ kind: 'failed', failure: backlog() })
    waiting.push(arrival)
    waitingBytes += sizeOf(arrival)
  }

  function pass(arrival: Arrival): void {
    if (arrival.kind === 'audio') return decode(arrival)
    if (!arrival.isChange) return options.whenHeard(arrival.run)
    isChanging = true
    options.whenHeard(() => {
      arrival.run()
      isChanging = false
      passWaiting()
    })
  }

  function passWaiting(): void {
    while (!isChanging) {
      const next = waiting.shift()
      if (next === undefined) return
      waitingBytes -= sizeOf(next)
      pass(next)
    }
  }

  function decode({ bytes, event, onRefused }: Audio): void {
    const codec = codecOf(intake.format)
    const message = complaintAbout(bytes, codec)
    if (message !== null) return onRefused({ kind: 'malformed', message })
    try {
      options.write(codec.decode(bytes), event)
    } catch (error) {
      onRefused({ kind: 'failed', failure: toFailure(error) })
    }
  }

  const intake: AudioIntake = {
    append: (bytes, event, onRefused) => arrive({ kind: 'audio', bytes, event, onRefused }),
    mark: (run, isChange) => arrive({ kind: 'mark', run, isChange }),
    format: options.format,
    get waiting() {
      return waiting.length
    },
    close() {
      waiting = []
      waitingBytes = 0
    },
  }
  return intake
}

interface Audio {
  kind: 'audio'
  bytes: Uint8Array
  event: number
  onRefused: (refusal: AudioRefusal) => void
}

type Arrival = Audio | { kind: 'mark'; run: () => void; isChange: boolean }

const sizeOf = (arrival: Arrival): number => (arrival.kind === 'audio' ? arrival.bytes.length : 0)

const backlog = (): Failure => new Failure('capacity', 'audio_backlog', 'Audio comes faster than it can be heard')

function complaintAbout(bytes: Uint8Array, { bytesPerSample }: AudioCodec): string | null {
  if (bytes.length % bytesPerSample === 0) return null
  return `Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an odd number of bytes (${bytes.length}).`
}
