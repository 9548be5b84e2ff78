import {
  type EndpointingConfig,
  makeEndpointer,
  makePatientEndpointer,
  type PatientEndpointer,
  type PatientState,
} from '@voicebox/audio'
import type { TurnDetection } from '@voicebox/protocol'
import { judgeCompleteness, longestSilenceMs, silenceMs } from '@voicebox/turns'

/** Finds turns as a session asks for: by silence alone, or by silence and by what was said. */
export interface TurnEndpointer extends Omit<PatientEndpointer, 'hearWords'> {
  /** Takes what was said up to a place, in the pause in progress; of no effect where silence alone counts. */
  hearWords(state: PatientState, words: HeardWords): PatientState
}

export interface HeardWords {
  text: string
  /** As the session names it. */
  language?: string
  untilSample: number
}

export function makeTurnEndpointer(detection: TurnDetection): TurnEndpointer {
  if (detection.type === 'server_vad') return { ...makeEndpointer(silenceOf(detection)), hearWords: (state) => state }
  const { eagerness } = detection
  const endpointer = makePatientEndpointer({
    threshold: 0.5,
    prefixPaddingMs: 300,
    noticeMs: 200,
    silenceMs: silenceMs(eagerness, 'unknown'),
    longestSilenceMs: longestSilenceMs(eagerness),
  })
  return {
    ...endpointer,
    hearWords(state, { text, language, untilSample }) {
      if (state.pause?.isNoticed !== true) return state // words in mid-speech are not worth judging
      const completeness = judgeCompleteness(text, language)
      return endpointer.hearWords(state, { silenceMs: silenceMs(eagerness, completeness), untilSample })
    },
  }
}

/** The state in the midst of an utterance that began there. */
export function speakingSince({ initial }: TurnEndpointer, sample: number): PatientState {
  return { ...initial, isSpeaking: true, floorSample: sample }
}

function silenceOf(detection: Extract<TurnDetection, { type: 'server_vad' }>): EndpointingConfig {
  return {
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceDurationMs: detection.silence_duration_ms,
  }
}
