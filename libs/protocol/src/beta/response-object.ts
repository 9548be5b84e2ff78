import type { ResponseObject } from '../response-object.ts'
import type { Usage } from '../usage.ts'
import { type BetaAudioFormat, betaFormatOf } from './audio-format.ts'
import { defaultTemperature } from './generation.ts'
import { type BetaItem, betaItemOf } from './item.ts'
import { type BetaModalities, betaModalitiesOf } from './modalities.ts'

type Unchanged = 'object' | 'id' | 'status' | 'status_details' | 'conversation_id' | 'max_output_tokens' | 'metadata'

/** A response as the beta dialect shows it. */
export interface BetaResponse extends Pick<ResponseObject, Unchanged> {
  output: BetaItem[]
  modalities: BetaModalities
  voice: string
  output_audio_format: BetaAudioFormat
  temperature: number
  usage: BetaUsage | null
}

export function betaResponseOf(response: ResponseObject): BetaResponse {
  const { output_modalities, audio, temperature = defaultTemperature, output, usage, ...unchanged } = response
  return {
    ...unchanged,
    output: output.flatMap((item) => betaItemOf(item) ?? []),
    modalities: betaModalitiesOf(output_modalities),
    voice: audio.output.voice,
    output_audio_format: betaFormatOf(audio.output.format),
    temperature,
    usage: usage === null ? null : betaUsageOf(usage),
  }
}

interface InputTokens {
  text_tokens: number
  audio_tokens: number
}

interface BetaUsage extends Omit<Usage, 'input_token_details'> {
  input_token_details: InputTokens & { cached_tokens: number; cached_tokens_details: InputTokens }
}

/** The beta dialect counts no pictures. */
function betaUsageOf(usage: Usage): BetaUsage {
  const { image_tokens: _, cached_tokens_details, ...details } = usage.input_token_details
  const { image_tokens: __, ...cached } = cached_tokens_details
  return { ...usage, input_token_details: { ...details, cached_tokens_details: cached } }
}
