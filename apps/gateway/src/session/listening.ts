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
  windowSamples,
} from '@voicebox/audio'
import type { HearingSettings, Input, ListeningEffect } from '@voicebox/session'
import { type AudioRefusal, makeAudioIntake } from './audio-intake.ts'
import { type AudioPlace, makeAudioPlaces } from './audio-places.ts'
import { makeAudioRing } from './audio-ring.ts'
import { suppressionOf } from './noise-suppression.ts'
import { makeTurnEndpointer, speakingSince, type TurnEndpointer } from './turn-endpointer.ts'

/** The ears of one session: hears what is appended, finds turns in it, and hands on the audio of each utterance. */
export interface Listening {
  /**
   * Takes the audio of the client's `event`-th event in the session's input format, or says once why not. It is refused when
   * it comes much faster than it can be heard.
   */
  append(bytes: Uint8Array, event: number, onRefused: (refusal: AudioRefusal) => void): void
  perform(effect: ListeningEffect): void
  /**
   * Runs the callback when all that was appended so far has been heard, and nothing after it: at once, if it has. False: too
   * much waits; `size` is what the waiting holds, in bytes. Where it may change how audio is taken (`mayChangeHearing`), what
   * comes after waits until it has run.
   */
  whenHeard(run: () => void, options?: { mayChangeHearing?: boolean; size?: number }): boolean
  /** Takes what the open utterance's words are so far, up to `audioMs` of it (absent: up to now); those of another are ignored. */
  heardWords(words: { itemId: string; text: string; audioMs?: number; language?: string }): void
  /**
   * Where another process could go on with the audio, if all of the utterance that was handed on is safe but for its last
   * `unsafe` samples. Where audio has stopped coming, nothing of it is wanted again: only what follows from `nextEvent` on.
   */
  place(now: { unsafe: number; nextEvent: number; hasStopped: boolean }): EarsPlace
  /** How long the silence was that ended the latest turn, in milliseconds. */
  readonly pausedMs: number
  /** Whether something waits for audio to be heard. */
  readonly isBehind: boolean
  close(): void
}

/** How far the ears of a session are. Positions are samples at 16 kHz since its first frame. */
export interface EarsPlace {
  /** The client's event from which on its audio is wanted again, and where that begins. */
  from: AudioPlace
  /** What was heard before this is known, or of no use any more. */
  knownSample: number
  /** Where the audio of the open utterance begins; null while nobody speaks. */
  utteranceSample: number | null
}

/** Where the ears of a session go on that another process has begun. */
export interface EarsStart {
  /** The number of the client's event that comes next. */
  event: number
  /** The position of the audio that comes first. */
  fromSample: number
  /** What comes before this is known already; it only helps to hear what follows. */
  knownSample: number
  /** The utterance that is open, where its audio begins, and whether it was heard to its end. */
  utterance: { itemId: string; fromSample: number; isComplete: boolean } | null
}

export interface ListeningOptions {
  voiceActivity: VoiceActivity
  hearing: HearingSettings
  keptSilenceMs: number
  /** Absent: the session begins. */
  start?: EarsStart
  onInput(input: Extract<Input, { kind: 'audio_heard' | 'speech_started' | 'speech_stopped' }>): void
  /** More audio (16 kHz) of an utterance, from its `at`-th sample on; null marks its end there. */
  onAudio(itemId: string, at: number, pcm: Uint8Array | null): void
  /** The speaker of an utterance pauses: its words so far, which are in its first `audioMs`, decide whether the turn ends. */
  onPause(pause: { itemId: string; audioMs: number }): void
  /** The utterance's audio is of no use any more. */
  onDrop(itemId: string): void
  onFailure(error: Error): void
}

/** How much of an utterance is handed on at once. */
const uploadMs = 100
/** Silence before the present moment may still turn out to be the beginning of speech: so much, and what the settings ask for. */
const onsetMs = 1_000
const maxBarriers = 10_000
/** What waits for audio to be heard may hold so much, or be one frame. */
const maxWaitingBytes = 32 * 2 ** 20

export function openListening(options: ListeningOptions): Listening {
  const { onInput, onAudio } = options
  const { event, fromSample: origin, knownSample, utterance: begun } = options.start ?? nothingBefore
  const ring = makeAudioRing(msToSamples(options.keptSilenceMs, heardRateHz), origin)
  const places = makeAudioPlaces({ event, sample: origin })
  let endpointer: TurnEndpointer | null = null
  let endpointing: PatientState | null = null
  let paddingMs = 0
  let utterance: OpenUtterance | null = begun && {
    itemId: begun.itemId,
    fromSample: begun.fromSample,
    handedOn: knownSample - begun.fromSample,
    parts: [],
    samples: 0,
  }
  let barriers: { atSample: number; run: () => void }[] = []
  let heardSamples = origin
  /** What comes before was cleared, or belongs to an item. */
  let floorSample = knownSample
  let waitingBytes = 0
  let pausedMs = 0

  const stream = options.voiceActivity.open({
    inputRateHz: codecOf(options.hearing.format).rateHz,
    onHeard: hear,
    onFailure: options.onFailure,
  })
  const intake = makeAudioIntake({
    format: options.hearing.format,
    write(samples, event) {
      places.note({ event, sample: origin + stream.endSample })
      stream.write(samples)
    },
    whenHeard(run) {
      const atSample = origin + stream.endSample
      if (barriers.length === 0 && heardSamples >= atSample) return run()
      barriers.push({ atSample, run })
      stream.isPatient = false
    },
  })
  configure(options.hearing, samplesToMs(knownSample, heardRateHz))
  if (endpointer !== null && begun?.isComplete === false) endpointing = speakingSince(endpointer, begun.fromSample)
  relax()

  /** A change of the settings keeps what is known of the turn in progress; only switching detection on begins anew. */
  function configure({ turnDetection, format, noiseReduction }: HearingSettings, floorMs: number): void {
    intake.format = format
    stream.inputRateHz = codecOf(format).rateHz
    stream.suppression = suppressionOf(noiseReduction)
    stream.detect = turnDetection !== null
    paddingMs = turnDetection?.type === 'server_vad' ? turnDetection.prefix_padding_ms : 0
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
      ring.append(piece)
      const news = piece.subarray(Math.max(0, knownSample - heardSamples))
      heardSamples += piece.length
      if (news.length === 0) return
      if (utterance !== null) keep([news])
      onInput({ kind: 'audio_heard', ms: samplesToMs(news.length, heardRateHz) })
    }
    for (const { endSample, ...heard } of windows) {
      const window = { ...heard, endSample: origin + endSample }
      releaseBefore(window.endSample)
      if (endpointer === null || endpointing === null) continue
      const [next, verdict] = endpointer.listen(endpointing, window)
      if (window.endSample <= knownSample && !(verdict === null && isOfUtterance(window))) continue
      const { silentFromSample } = endpointing
      endpointing = next
      if (verdict === null) continue
      takeUpTo(window.endSample)
      if (verdict.kind === 'speech_started') {
        onInput({ kind: 'speech_started', startMs: samplesToMs(verdict.startSample, heardRateHz) })
      } else if (verdict.kind === 'speech_stopped') {
        pausedMs = samplesToMs(window.endSample - (silentFromSample ?? window.endSample - windowSamples), heardRateHz)
        onInput({ kind: 'speech_stopped', endMs: samplesToMs(verdict.endSample, heardRateHz) })
      } else {
        pause()
      }
    }
    releaseBefore(batchStart + samples.length)
    takeUpTo(batchStart + samples.length)
    relax()
  }

  /** A pause that began before what is known ends goes on in what follows; a verdict on it has not been reached. */
  function isOfUtterance({ endSample }: { endSample: number }): boolean {
    return utterance !== null && endSample - windowSamples >= utterance.fromSample
  }

  /** Nobody is waiting for what is appended unless it is part of an utterance, or something is to happen behind it. */
  function relax(): void {
    const isPatient = utterance === null && barriers.length === 0
    if (isPatient !== stream.isPatient) stream.isPatient = isPatient
  }

  function keep(parts: Int16Array[]): void {
    if (utterance === null) return
    utterance.parts.push(...parts)
    utterance.samples += parts.reduce((sum, part) => sum + part.length, 0)
    if (utterance.samples >= msToSamples(uploadMs, heardRateHz)) handOn()
  }

  function handOn(): void {
    if (utterance === null || utterance.samples === 0) return
    const { itemId, handedOn, parts, samples } = utterance
    onAudio(itemId, handedOn, bytesOf(concatSamples(parts)))
    utterance = { ...utterance, handedOn: handedOn + samples, parts: [], samples: 0 }
  }

  /** Nothing of the utterance is held back then, so that its words so far can be told. */
  function pause(): void {
    if (utterance === null) return
    handOn()
    const { itemId, fromSample } = utterance
    options.onPause({ itemId, audioMs: Math.floor(samplesToMs(heardSamples - fromSample, heardRateHz)) })
  }

  const listening: Listening = {
    append: (bytes, event, onRefused) => intake.append(bytes, event, onRefused),
    perform(effect) {
      switch (effect.kind) {
        case 'open_utterance': {
          const parts = ring.since(Math.round(msToSamples(effect.fromMs, heardRateHz)))
          const fromSample = heardSamples - parts.reduce((sum, part) => sum + part.length, 0)
          utterance = { itemId: effect.itemId, fromSample, handedOn: 0, parts: [], samples: 0 }
          stream.isPatient = false
          return keep(parts)
        }
        case 'close_utterance': {
          handOn()
          floorSample = Math.max(floorSample, heardSamples)
          const at = utterance?.handedOn ?? 0
          utterance = null
          return onAudio(effect.itemId, at, null)
        }
        case 'drop_utterance':
          utterance = null
          return options.onDrop(effect.itemId)
        case 'reset_listening':
          floorSample = Math.max(floorSample, heardSamples)
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
    place({ unsafe, nextEvent, hasStopped }) {
      if (hasStopped && utterance === null && !listening.isBehind && stream.pendingMs === 0) {
        const from = { event: nextEvent, sample: heardSamples }
        return { from, knownSample: heardSamples, utteranceSample: null }
      }
      const latest = heardSamples - msToSamples(paddingMs + onsetMs, heardRateHz)
      const knownSample =
        utterance === null ? Math.max(floorSample, latest) : utterance.fromSample + utterance.handedOn - unsafe
      return {
        from: places.at(Math.min(knownSample, latest)),
        knownSample,
        utteranceSample: utterance?.fromSample ?? null,
      }
    },
    get pausedMs() {
      return pausedMs
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
  return listening
}

interface OpenUtterance {
  itemId: string
  fromSample: number
  /** How much of it was handed on. */
  handedOn: number
  /** What was not yet. */
  parts: Int16Array[]
  samples: number
}

const nothingBefore: EarsStart = { event: 1, fromSample: 0, knownSample: 0, utterance: null }
