import { type EndpointVerdict, type EndpointerState, makeEndpointer } from './endpointing.ts'
import { type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
import { msToSamples } from './pcm16.ts'

export interface PatientEndpointingConfig {
  /** As in `EndpointingConfig`. */
  threshold: number
  prefixPaddingMs: number
  /** Silence from which it is worth asking what was said so far. */
  noticeMs: number
  /** Silence that ends the turn as long as nobody has said how it sounds. */
  silenceMs: number
  /** Silence that ends it whatever was said. */
  longestSilenceMs: number
}

export type PatientVerdict =
  | EndpointVerdict
  /** The user pauses: how the words up to `atSample` sound decides when the turn ends. Once a pause. */
  | { kind: 'pause_noticed'; atSample: number }

/** Decides as an `Endpointer` does, except that the silence that ends a turn depends on what was said before it. Pure, too. */
export interface PatientEndpointer {
  readonly initial: PatientState
  listen(state: PatientState, window: VoiceWindow): [PatientState, PatientVerdict | null]
  /**
   * Has the pause in progress end the turn after `silenceMs` of silence, at the next window where that is over. Of no effect
   * where there is no noticed pause, or where the words end before it (`untilSample`; absent: they are the latest there are).
   */
  hearWords(state: PatientState, words: { silenceMs: number; untilSample?: number }): PatientState
  reset(state: PatientState, atSample: number): PatientState
}

export interface PatientState extends EndpointerState {
  readonly pause?: Pause | null
}

/** Silence after speech; a single loud window begins the silence anew but not the pause, since it is no speech. */
interface Pause {
  readonly fromSample: number
  /** The end of its last window: what follows later does not belong to it. */
  readonly untilSample: number
  readonly loudWindows: number
  readonly isNoticed: boolean
  /** The silence that ends the turn. */
  readonly silenceSamples: number
}

export function makePatientEndpointer(config: PatientEndpointingConfig): PatientEndpointer {
  const { threshold, prefixPaddingMs, noticeMs, silenceMs, longestSilenceMs } = config
  const endpointer = makeEndpointer({ threshold, prefixPaddingMs, silenceDurationMs: longestSilenceMs })
  const noticeSamples = msToSamples(noticeMs, heardRateHz)
  const silenceSamples = msToSamples(Math.min(silenceMs, longestSilenceMs), heardRateHz)

  function listen(state: PatientState, window: VoiceWindow): [PatientState, PatientVerdict | null] {
    const [next, verdict] = endpointer.listen(state, window)
    const pause = next.isSpeaking && verdict === null ? pauseIn(next, window.endSample, state.pause) : null
    if (pause === null || next.silentFromSample === null) return [{ ...next, pause }, verdict]
    const silence = window.endSample - next.silentFromSample
    if (silence >= pause.silenceSamples)
      return [reset(next, window.endSample), { kind: 'speech_stopped', endSample: window.endSample }]
    if (pause.isNoticed || silence < noticeSamples) return [{ ...next, pause }, null]
    return [
      { ...next, pause: { ...pause, isNoticed: true } },
      { kind: 'pause_noticed', atSample: window.endSample },
    ]
  }

  function pauseIn({ silentFromSample }: EndpointerState, endSample: number, last?: Pause | null): Pause | null {
    const before = last?.untilSample === endSample - windowSamples ? last : null
    if (silentFromSample === null) {
      if (before === null || before.loudWindows + 1 >= windowsOfSpeech) return null
      return { ...before, untilSample: endSample, loudWindows: before.loudWindows + 1 }
    }
    const begun = before ?? { fromSample: silentFromSample, isNoticed: false, silenceSamples }
    return { ...begun, untilSample: endSample, loudWindows: 0 }
  }

  function reset(state: PatientState, atSample: number): PatientState {
    return { ...endpointer.reset(state, atSample), pause: null }
  }

  return {
    initial: { ...endpointer.initial, pause: null },
    listen,
    hearWords(state, words) {
      const { pause = null } = state
      if (pause?.isNoticed !== true || (words.untilSample ?? Infinity) < pause.fromSample) return state
      return { ...state, pause: { ...pause, silenceSamples: msToSamples(words.silenceMs, heardRateHz) } }
    },
    reset,
  }
}

/** As many as begin an utterance. */
const windowsOfSpeech = 2
