import type { Settings } from '@voicebox/config'
import type { SttEngine, TtsEngine } from '@voicebox/engines'

/** The engines that serve a model. */
export interface Pipeline {
  stt: SttEngine
  /** The language pool's name. */
  llm: string
  tts: TtsEngine
  /** The voice that a session of this model begins with. */
  voice: string
  /** What its language model can read at once. */
  contextTokens: number
}

/** Every model by the name that clients give. */
export interface Catalogue {
  /** The pipeline of a speaking model; undefined for a name nobody knows, and for models that only write down. */
  find(model: string): Pipeline | undefined
  /** The pipeline of sessions that only write down. */
  readonly transcribing: Pipeline
  /** Every pipeline that a session can have. */
  readonly pipelines: readonly Pipeline[]
  /** Whether a session could name this model, for speaking or for writing down. */
  has(model: string): boolean
  /** The names to show, though not every spelling that is known. */
  readonly names: readonly string[]
}

/**
 * The catalogue: what the operator configured, and OpenAI's names of its speaking models as aliases of the default
 * pipeline, so that stock clients need no change.
 */
export function makeCatalogue(models: Settings['models'], fallback: Pipeline): Catalogue {
  const configured = new Map(
    Object.entries(models ?? {}).map(([name, { stt, llm, tts, voice, contextTokens }]): [string, Pipeline] => [
      name,
      {
        stt: stt ?? fallback.stt,
        llm: llm ?? fallback.llm,
        tts: tts ?? fallback.tts,
        voice: voice ?? fallback.voice,
        contextTokens: contextTokens ?? fallback.contextTokens,
      },
    ]),
  )
  const find = (model: string) => configured.get(model) ?? (isOpenAiSpeakingModel(model) ? fallback : undefined)
  return {
    find,
    transcribing: fallback,
    pipelines: [...configured.values(), fallback],
    has: (model) => find(model) !== undefined || transcriptionModels.includes(model),
    names: [...new Set([...configured.keys(), ...speakingModels, ...transcriptionModels])],
  }
}

/** The catalogue of a tenant that may use these models; null: all. */
export function offeredTo(models: readonly string[] | null, catalogue: Catalogue): Catalogue {
  if (models === null) return catalogue
  return {
    ...catalogue,
    find: (model) => (models.includes(model) ? catalogue.find(model) : undefined),
    has: (model) => models.includes(model) && catalogue.has(model),
    names: models.filter(catalogue.has),
  }
}

/** What is said of a model that there is not, or not for this tenant. */
export const unknownModel = (model: string): string =>
  `Model '${model.slice(0, 100).toWellFormed()}' is not supported in realtime mode.`

/** `gpt-realtime`, its sizes, versions and dated snapshots, and the previews before it; not the transcribing or translating ones. */
function isOpenAiSpeakingModel(model: string): boolean {
  return /^gpt-(4o-(mini-)?)?realtime(-(mini|preview|\d[\d.]*))*$/.test(model)
}

/** What a session has that names no model. */
export const defaultModel = 'gpt-realtime'

/** OpenAI's speaking models by the names that are most used. */
const speakingModels = [
  defaultModel,
  'gpt-realtime-mini',
  'gpt-realtime-1.5',
  'gpt-realtime-2',
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-4o-realtime-preview',
  'gpt-4o-mini-realtime-preview',
]

/** OpenAI's models that write down what they hear. */
const transcriptionModels = [
  'whisper-1',
  'gpt-transcribe',
  'gpt-live-transcribe',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
  'gpt-4o-mini-transcribe-2025-12-15',
  'gpt-4o-transcribe-diarize',
  'gpt-realtime-whisper',
]
