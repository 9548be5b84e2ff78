import {
  bytesOf,
  codecOf,
  concatSamples,
  type Heard,
  heardRateHz,
  msToSamples,
  type PatientState,
  samplesToMs,
  type VoiceActivity,
} from '@voicebox/audio'
import type { HearingSettings, Input, ListeningEffect } from '@voicebox/session'
import { type AudioRefusal, makeAudioIntake } from './audio-intake.ts'
import { makeAudioRing } from './audio-ring.ts'
import { suppressionOf } from './noise-suppression.ts'
import { makeTurnEndpointer, type TurnEndpointer } from './turn-endpointer.ts'

/** The ears of one session: hears what is appended, finds turns in it, and hands on the audio of each utterance. */
export interface Listening {
  /** Takes audio in the session's input format, or says once why not. It is refused when it comes much faster than it can be heard. */
  append(bytes: Uint8Array, onRefused: (refusal: AudioRefusal) => void): void
  perform(effect: ListeningEffect): void
  /**
   * Runs the callback when all that was appended so far has been heard, and nothing after it: at once, if it has. False: too
   * much waits; `size` is what the waiting holds, in bytes. Where it may change how audio is taken (`mayChangeHearing`), what
   * comes after waits until it has run.
   */
  whenHeard(run: () => void, options?: { mayChangeHearing?: boolean; size?: number }): boolean
  /** Takes what the open utterance's words are so far, up to `audioMs` of it (absent: up to now); those of another are ignored. */
  heardWords(words: { itemId: string; text: string; audioMs?: number; language?: string }): void
  /** Whether something waits for audio to be heard. */
  readonly isBehind: boolean
  close(): void
}

export interface ListeningOptions {
  voiceActivity: VoiceActivity
  hearing: HearingSettings
  keptSilenceMs: number
  onInput(input: Extract<Input, { kind: 'audio_heard' | 'speech_started' | 'speech_stopped' }>): void
  /** More audio (16 kHz) of an utterance; null marks its end. */
  onAudio(itemId: string, pcm: Uint8Array | null): void
  /** The speaker of an utterance pauses: its words so far, which are in its first `audioMs`, decide whether the turn ends. */
  onPause(pause: { itemId: string; audioMs: number }): void
  /** The utterance's audio is of no use any more. */
  onDrop(itemId: string): void
  onFailure(error: Error): void
}

/** How much of an utterance is handed on at once. */
const uploadMs = 100
const maxBarriers = 10_000
/** What waits for audio to be heard may hold so much, or be one frame. */
const maxWaitingBytes = 32 * 2 ** 20

export function openListening(options: ListeningOptions): Listening {
  const { onInput, onAudio } = options
  const ring = makeAudioRing(msToSamples(options.keptSilenceMs, heardRateHz))
  let endpointer: TurnEndpointer | null = null
  let endpointing: PatientState | null = null
  let utterance: { itemId: string; fromSample: number; parts: Int16Array[]; samples: number } | null = null
  let barriers: { atSample: number; run: () => void }[] = []
  let heardSamples = 0
  let waitingBytes = 0

  const stream = options.voiceActivity.open({
    inputRateHz: codecOf(options.hearing.format).rateHz,
    onHeard: hear,
    onFailure: options.onFailure,
  })
  const intake = makeAudioIntake({
    format: options.hearing.format,
    write: (samples) => stream.write(samples),
    whenHeard(run) {
      const atSample = stream.endSample
      if (barriers.length === 0 && heardSamples >= atSample) run()
      else barriers.push({ atSample, run })
    },
  })
  configure(options.hearing, 0)

  /** A change of the settings keeps what is known of the turn in progress; only switching detection on begins anew. */
  function configure({ turnDetection, format, noiseReduction }: HearingSettings, floorMs: number): void {
    intake.format = format
    stream.inputRateHz = codecOf(format).rateHz
    stream.suppression = suppressionOf(noiseReduction)
    stream.detect = turnDetection !== null
    endpointer = turnDetection === null ? null : makeTurnEndpointer(turnDetection)
    if (endpointer === null) endpointing = null
    else endpointing ??= endpointer.reset(endpointer.initial, msToSamples(floorMs, heardRateHz))
  }

  /** Takes a batch apart at the places where a turn begins or ends, so that the session learns of each in its order. */
  function hear({ samples, windows }: Heard): void {
    const batchStart = heardSamples
    let taken = 0
    const releaseBefore = (endSample: number): void => {
      for (let next = barriers[0]; next !== undefined && next.atSample <= endSample; next = barriers[0]) {
        barriers.shift()
        takeUpTo(next.atSample)
        next.run()
      }
    }
    const takeUpTo = (endSample: number): void => {
      const piece = samples.subarray(taken, Math.max(taken, endSample - batchStart))
      if (piece.length === 0) return
      taken += piece.length
      heardSamples += piece.length
      ring.append(piece)
      if (utterance !== null) keep([piece])
      onInput({ kind: 'audio_heard', ms: samplesToMs(piece.length, heardRateHz) })
    }
    for (const window of windows) {
      releaseBefore(window.endSample)
      if (endpointer === null || endpointing === null) continue
      const [next, verdict] = endpointer.listen(endpointing, window)
      endpointing = next
      if (verdict === null) continue
      takeUpTo(window.endSample)
      if (verdict.kind === 'speech_started') {
        onInput({ kind: 'speech_started', startMs: samplesToMs(verdict.startSample, heardRateHz) })
      } else if (verdict.kind === 'speech_stopped') {
        onInput({ kind: 'speech_stopped', endMs: samplesToMs(verdict.endSample, heardRateHz) })
      } else {
        pause()
      }
    }
    releaseBefore(batchStart + samples.length)
    takeUpTo(batchStart + samples.length)
  }

  function keep(parts: Int16Array[]): void {
    if (utterance === null) return
    utterance.parts.push(...parts)
    utterance.samples += parts.reduce((sum, part) => sum + part.length, 0)
    if (utterance.samples >= msToSamples(uploadMs, heardRateHz)) handOn()
  }

  function handOn(): void {
    if (utterance === null || utterance.samples === 0) return
    onAudio(utterance.itemId, bytesOf(concatSamples(utterance.parts)))
    utterance = { ...utterance, parts: [], samples: 0 }
  }

  /** Nothing of the utterance is held back then, so that its words so far can be told. */
  function pause(): void {
    if (utterance === null) return
    handOn()
    const { itemId, fromSample } = utterance
    options.onPause({ itemId, audioMs: Math.floor(samplesToMs(heardSamples - fromSample, heardRateHz)) })
  }

  return {
    append: (bytes, onRefused) => intake.append(bytes, onRefused),
    perform(effect) {
      switch (effect.kind) {
        case 'open_utterance': {
          const parts = ring.since(Math.round(msToSamples(effect.fromMs, heardRateHz)))
          const fromSample = heardSamples - parts.reduce((sum, part) => sum + part.length, 0)
          utterance = { itemId: effect.itemId, fromSample, parts: [], samples: 0 }
          return keep(parts)
        }
        case 'close_utterance':
          handOn()
          utterance = null
          return onAudio(effect.itemId, null)
        case 'drop_utterance':
          utterance = null
          return options.onDrop(effect.itemId)
        case 'reset_listening':
          ring.clear()
          endpointing = endpointer && endpointer.reset(endpointing ?? endpointer.initial, heardSamples)
          return
        case 'configure_listening':
          return configure(effect.hearing, effect.floorMs)
      }
    },
    whenHeard(run, { mayChangeHearing = false, size = 0 } = {}) {
      if (barriers.length + intake.waiting >= maxBarriers) return false
      if (waitingBytes > 0 && waitingBytes + size > maxWaitingBytes) return false
      waitingBytes += size
      intake.mark(() => {
        waitingBytes -= size
        run()
      }, mayChangeHearing)
      return true
    },
    heardWords({ itemId, audioMs, ...words }) {
      if (endpointer === null || endpointing === null || utterance?.itemId !== itemId) return
      const untilSample =
        audioMs === undefined ? heardSamples : utterance.fromSample + msToSamples(audioMs, heardRateHz)
      endpointing = endpointer.hearWords(endpointing, { ...words, untilSample })
    },
    get isBehind() {
      return barriers.length + intake.waiting > 0
    },
    close() {
      barriers = []
      intake.close()
      stream.close()
    },
  }
}
