import { type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
import { msToSamples } from './pcm16.ts'

export interface EndpointingConfig {
  /** 0 to 1: how sure the model must be that it is speech. */
  threshold: number
  /** How much from before the onset belongs to the utterance. */
  prefixPaddingMs: number
  /** How long it must be silent for the utterance to end. */
  silenceDurationMs: number
}

/** All positions are in samples of the 16 kHz stream. */
export type EndpointVerdict =
  | {
      kind: 'speech_started'
      /** The onset less the prefix padding; not before the stream, nor before the end of the previous utterance. */
      startSample: number
      /** Where it was decided. */
      atSample: number
    }
  /** `endSample` is where it was decided, so the utterance includes the silence that ended it. */
  | { kind: 'speech_stopped'; endSample: number }

/** Decides where utterances begin and end from the probabilities of consecutive windows. Pure: the state is the caller's. */
export interface Endpointer {
  readonly initial: EndpointerState
  listen(state: EndpointerState, window: VoiceWindow): [EndpointerState, EndpointVerdict | null]
  /**
   * Forgets the utterance in progress, without a verdict; the next one cannot begin before `atSample`. The model remembers
   * speech for some windows: if somebody was speaking, the next utterance needs more of them until one is silent.
   */
  reset(state: EndpointerState, atSample: number): EndpointerState
}

export interface EndpointerState {
  readonly isSpeaking: boolean
  /** Where the windows of the last three begin that were speech, while not speaking. */
  readonly onsets: readonly number[]
  /** Where the silence began, while speaking. */
  readonly silentFromSample: number | null
  /** The end of the previous utterance. */
  readonly floorSample: number
  /** Speech was cut off by a reset, and the model's memory of it has not faded yet. */
  readonly isFading: boolean
}

/**
 * Speech starts when two of the last three windows reach the threshold (one alone is a click), and stops when every
 * window of `silenceDurationMs` is below a somewhat lower threshold, so that it does not flutter.
 */
export function makeEndpointer({ threshold, prefixPaddingMs, silenceDurationMs }: EndpointingConfig): Endpointer {
  const stopThreshold = Math.min(threshold, Math.max(threshold - hysteresis, lowestStopThreshold))
  const paddingSamples = msToSamples(prefixPaddingMs, heardRateHz)
  const silenceSamples = msToSamples(silenceDurationMs, heardRateHz)

  function awaitSpeech(state: EndpointerState, { endSample, probability }: VoiceWindow): Step {
    const startSample = endSample - windowSamples
    const isFading = state.isFading && probability >= stopThreshold
    const [windows, outOf] = isFading ? fadingOnset : usualOnset
    const isFaded = state.isFading && !isFading
    const recent = isFaded ? [] : state.onsets.filter((onset) => onset > startSample - outOf * windowSamples)
    const isSpeech = probability >= threshold && startSample >= state.floorSample
    const onsets = isSpeech ? [...recent, startSample] : recent
    const [onset] = onsets
    if (onset === undefined || onsets.length < windows) return [{ ...state, onsets, isFading }, null]
    const verdict = { startSample: Math.max(onset - paddingSamples, state.floorSample), atSample: endSample }
    return [
      { ...state, isSpeaking: true, onsets: [], isFading: false },
      { kind: 'speech_started', ...verdict },
    ]
  }

  function awaitSilence(state: EndpointerState, { endSample, probability }: VoiceWindow): Step {
    if (probability >= stopThreshold) return [{ ...state, silentFromSample: null }, null]
    const silentFromSample = state.silentFromSample ?? endSample - windowSamples
    if (endSample - silentFromSample < silenceSamples) return [{ ...state, silentFromSample }, null]
    return [waiting(endSample), { kind: 'speech_stopped', endSample }]
  }

  return {
    initial: waiting(0),
    listen: (state, window) => (state.isSpeaking ? awaitSilence(state, window) : awaitSpeech(state, window)),
    reset: (state, atSample) => ({
      ...waiting(Math.max(state.floorSample, atSample)),
      isFading: (state.isSpeaking && state.silentFromSample === null) || state.isFading || state.onsets.length > 0,
    }),
  }
}

type Step = [EndpointerState, EndpointVerdict | null]

const hysteresis = 0.15
const lowestStopThreshold = 0.01
/** How many windows of the latest few must be speech. */
const usualOnset = [2, 3] as const
const fadingOnset = [7, 8] as const

const waiting = (floorSample: number): EndpointerState => ({
  isSpeaking: false,
  onsets: [],
  silentFromSample: null,
  floorSample,
  isFading: false,
})
