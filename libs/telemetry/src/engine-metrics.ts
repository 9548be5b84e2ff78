import type { MetricTable } from './metric-definition.ts'

const soon = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10]
const long = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60]

/** What a recognition worker tells of its engine. */
export const sttMetrics = {
  transcriptionSeconds: {
    kind: 'histogram',
    name: 'voicebox_stt_transcription_seconds',
    help: 'From when all of an utterance was there to its transcript.',
    labels: { engine: 'configured' },
    buckets: soon,
  },
} as const satisfies MetricTable

/** What a language worker tells of its providers. */
export const llmMetrics = {
  firstTokenSeconds: {
    kind: 'histogram',
    name: 'voicebox_llm_first_token_seconds',
    help: 'From when a response was begun to the first that its provider said.',
    labels: { provider: 'configured' },
    buckets: soon,
  },
  generationSeconds: {
    kind: 'histogram',
    name: 'voicebox_llm_generation_seconds',
    help: 'From when a response was begun to the last that its provider said.',
    labels: { provider: 'configured' },
    buckets: long,
  },
  circuitState: {
    kind: 'gauge',
    name: 'voicebox_llm_circuit_state',
    help: 'The circuit of a provider: 0 closed, 1 tries whether it answers again, 2 open.',
    labels: { provider: 'configured' },
  },
} as const satisfies MetricTable

/** What a speech worker tells of its engine. */
export const ttsMetrics = {
  firstAudioSeconds: {
    kind: 'histogram',
    name: 'voicebox_tts_first_audio_seconds',
    help: 'From when a segment was begun to its first audio.',
    labels: { engine: 'configured' },
    buckets: soon,
  },
  synthesisSeconds: {
    kind: 'histogram',
    name: 'voicebox_tts_synthesis_seconds',
    help: 'From when a segment was begun to its last audio.',
    labels: { engine: 'configured' },
    buckets: long,
  },
} as const satisfies MetricTable
