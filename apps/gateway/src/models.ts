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
}

/** Finds the pipeline of a model by the name that the client gave; undefined for a name nobody knows. */
export type FindPipeline = (model: string) => Pipeline | undefined

/**
 * The catalogue: what the operator configured, and OpenAI's names of its speaking models as aliases of the default
 * pipeline, so that stock clients need no change.
 */
export function makeCatalogue(models: Settings['models'], fallback: Pipeline): FindPipeline {
  const configured = new Map(
    Object.entries(models ?? {}).map(([name, { stt, llm, tts, voice }]): [string, Pipeline] => [
      name,
      {
        stt: stt ?? fallback.stt,
        llm: llm ?? fallback.llm,
        tts: tts ?? fallback.tts,
        voice: voice ?? fallback.voice,
      },
    ]),
  )
  return (model) => configured.get(model) ?? (isOpenAiSpeakingModel(model) ? fallback : undefined)
}

/** `gpt-realtime`, its sizes, versions and dated snapshots, and the previews before it; not the transcribing or translating ones. */
function isOpenAiSpeakingModel(model: string): boolean {
  return /^gpt-(4o-(mini-)?)?realtime(-(mini|preview|\d[\d.]*))*$/.test(model)
}
