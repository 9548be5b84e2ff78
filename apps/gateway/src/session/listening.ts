import {
  bytesOf,
  concatSamples,
  type Endpointer,
  type EndpointerState,
  type Heard,
  heardRateHz,
  makeEndpointer,
  msToSamples,
  samplesToMs,
  type VoiceActivity,
} from '@voicebox/audio'
import type { TurnDetection } from '@voicebox/protocol'
import type { Effect, Input } from '@voicebox/session'
import { makeAudioRing } from './audio-ring.ts'

export type ListeningEffect = Extract<
  Effect,
  { kind: 'open_utterance' | 'close_utterance' | 'drop_utterance' | 'reset_listening' | 'configure_listening' }
>

/** The ears of one session: hears what is appended, finds turns in it, and hands on the audio of each utterance. */
export interface Listening {
  /** Takes 24 kHz audio. Throws `Failure` `capacity` when it comes much faster than it can be heard. */
  append(samples: Int16Array): void
  perform(effect: ListeningEffect): void
  /** Runs the callback when all that was appended so far has been heard, and nothing after it: at once, if it has. False: too many wait. */
  whenHeard(run: () => void): boolean
  /** Has audio searched for speech from now on, since turn detection is about to be switched on. */
  expectTurns(): void
  /** Whether something waits for audio to be heard. */
  readonly isBehind: boolean
  close(): void
}

export interface ListeningOptions {
  voiceActivity: VoiceActivity
  turnDetection: TurnDetection | null
  keptSilenceMs: number
  onInput(input: Extract<Input, { kind: 'audio_heard' | 'speech_started' | 'speech_stopped' }>): void
  /** More audio (16 kHz) of an utterance; null marks its end. */
  onAudio(itemId: string, pcm: Uint8Array | null): void
  /** The utterance's audio is of no use any more. */
  onDrop(itemId: string): void
  onFailure(error: Error): void
}

const inputRateHz = 24_000
/** How much of an utterance is handed on at once. */
const uploadMs = 100
const maxBarriers = 10_000

export function openListening(options: ListeningOptions): Listening {
  const { onInput, onAudio } = options
  const ring = makeAudioRing(msToSamples(options.keptSilenceMs, heardRateHz))
  let endpointer: Endpointer | null = null
  let endpointing: EndpointerState | null = null
  let utterance: { itemId: string; parts: Int16Array[]; samples: number } | null = null
  let barriers: { atSample: number; run: () => void }[] = []
  let appended = 0
  let heardSamples = 0

  const stream = options.voiceActivity.open({ inputRateHz, onHeard: hear, onFailure: options.onFailure })
  configure(options.turnDetection, 0)

  /** A change of the settings keeps what is known of the turn in progress; only switching detection on begins anew. */
  function configure(turnDetection: TurnDetection | null, floorMs: number): void {
    stream.detect = turnDetection !== null
    endpointer = turnDetection === null ? null : makeEndpointer(endpointingOf(turnDetection))
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
      } else {
        onInput({ kind: 'speech_stopped', endMs: samplesToMs(verdict.endSample, heardRateHz) })
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

  return {
    append(samples) {
      stream.write(samples)
      appended += samples.length
    },
    perform(effect) {
      switch (effect.kind) {
        case 'open_utterance':
          utterance = { itemId: effect.itemId, parts: [], samples: 0 }
          return keep(ring.since(Math.round(msToSamples(effect.fromMs, heardRateHz))))
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
          return configure(effect.turnDetection, effect.floorMs)
      }
    },
    whenHeard(run) {
      const atSample = Math.floor((appended * heardRateHz) / inputRateHz)
      if (barriers.length === 0 && heardSamples >= atSample) run()
      else if (barriers.length >= maxBarriers) return false
      else barriers.push({ atSample, run })
      return true
    },
    expectTurns() {
      stream.detect = true
    },
    get isBehind() {
      return barriers.length > 0
    },
    close() {
      barriers = []
      stream.close()
    },
  }
}

/** How long a pause ends the turn, for clients that leave it to us: a stand-in by time alone. */
const semanticSilenceMs = { low: 1500, medium: 800, auto: 800, high: 400 }

function endpointingOf(detection: TurnDetection): Parameters<typeof makeEndpointer>[0] {
  if (detection.type === 'semantic_vad') {
    return { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: semanticSilenceMs[detection.eagerness] }
  }
  return {
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceDurationMs: detection.silence_duration_ms,
  }
}
