import { resolve } from 'node:path'
import {
  AutoFeatureExtractor,
  AutoTokenizer,
  LogLevel,
  PreTrainedModel,
  WhisperForConditionalGeneration,
  env,
} from '@huggingface/transformers'
import type { Device } from '@voicebox/inference'
import { featuresOf } from './features.ts'
import { choiceProcessor, makeSureness, startProcessor, transcriptWatch } from './generation.ts'
import type { Transcript, WhisperModelFacts, WhisperThreadOptions, WindowWork } from './messages.ts'
import { type ControlTokens, type Opening, openingOf } from './opening.ts'
import { piecesOf } from './token-pieces.ts'

/** A loaded model. Its inference blocks the loop that it runs on. */
export interface WhisperModel {
  readonly facts: WhisperModelFacts
  /** Recognizes windows together; calls back for each as soon as its transcript is complete, unless it is unwanted by then. */
  transcribe(rows: readonly TranscribedRow[]): Promise<void>
}

export interface TranscribedRow {
  work: WindowWork
  isWanted(): boolean
  onTranscript(transcript: Transcript): void
}

/** Loads the model from its folder, whose files have been checked. Nothing is ever fetched. */
export async function loadWhisper(options: WhisperThreadOptions, device: Device): Promise<WhisperModel> {
  env.allowRemoteModels = false
  env.localModelPath = resolve(options.modelsDir)
  env.logLevel = LogLevel.ERROR
  const session_options = { intraOpNumThreads: options.threads, interOpNumThreads: 1 }
  const [tokenizer, extractor, loaded] = await Promise.all([
    AutoTokenizer.from_pretrained(options.model),
    AutoFeatureExtractor.from_pretrained(options.model),
    WhisperForConditionalGeneration.from_pretrained(options.model, {
      dtype: options.dtype,
      device: device.name,
      session_options,
    }),
  ])
  const model = loaded as unknown as Configured
  const { generation_config: generation } = model
  const { n_samples: windowSamples } = extractor.config as { n_samples: number }
  const longestTokens = model.config.max_target_positions
  const tokens = controlTokens(generation, tokenizer.convert_tokens_to_ids('<|startofprev|>'))

  return {
    facts: { device, windowSamples, languages: tokens.languages && [...tokens.languages.keys()] },
    async transcribe(rows) {
      const opened = rows.map((row) => ({ row, opening: openingOf(tokens, hintsOf(row.work)) }))
      const alike = Map.groupBy(opened, ({ opening }) => `${opening.prefix.length}+${opening.choices.length}`)
      for (const group of alike.values()) if (group.some(({ row }) => row.isWanted())) await transcribeAlike(group)
    },
  }

  /** The openings must have one length, or they cannot be in one batch. */
  async function transcribeAlike(group: readonly { row: TranscribedRow; opening: Opening }[]): Promise<void> {
    const windows = group.map(({ row }) => row.work.samples)
    const [{ opening }] = group as [(typeof group)[number]]
    const openingLength = lengthOf(opening)
    const sureness = makeSureness(
      group.map(({ row }) => row.work.wantsLogprobs === true),
      openingLength,
    )
    const watched = group.map(({ row }, index) => ({
      longest: Math.min(longestText(row.work.samples.length), longestTokens - openingLength),
      isWanted: () => row.isWanted(),
      onTokens: (ids: number[]) => row.onTranscript(transcriptOf(ids, sureness.of(index))),
    }))
    await generate.call(loaded, {
      inputs: await featuresOf(extractor, windows),
      decoder_input_ids: group.map((member) => member.opening.prefix), // one a row, or the decoder refuses the batch
      max_new_tokens: longestTokens - opening.prefix.length,
      do_sample: false, // what is sure is told of the likeliest token
      begin_suppress_tokens: null, // startProcessor knows where the text starts
      logits_processor: [
        choiceProcessor(group.map((member) => member.opening)),
        startProcessor(generation.begin_suppress_tokens ?? [], openingLength),
        sureness.processor, // sees what the others have left
      ],
      stopping_criteria: transcriptWatch(watched, openingLength, [generation.eos_token_id].flat()),
    })
  }

  function transcriptOf(ids: number[], logprobs: readonly number[] | undefined): Transcript {
    const text = decode(ids).trim()
    return logprobs === undefined ? { text } : { text, logprobs: piecesOf(ids, logprobs, decode) }
  }

  function decode(ids: number[]): string {
    return ids.length === 0 ? '' : tokenizer.decode(ids, { skip_special_tokens: true })
  }

  function hintsOf({ language, prompt }: WindowWork): { language: string | undefined; promptTokens: number[] } {
    const promptTokens = prompt ? tokenizer.encode(` ${prompt.trim()}`, { add_special_tokens: false }) : []
    const longestPrompt = Math.max(0, longestTokens - roomForText)
    return { language, promptTokens: longestPrompt === 0 ? [] : promptTokens.slice(-longestPrompt) }
  }
}

/**
 * The generation that all models share. Whisper's own, on top of it, forgets the stopping criteria, and takes the number
 * of rows for the length of the opening.
 */
const generate = PreTrainedModel.prototype.generate as unknown as (
  this: PreTrainedModel,
  options: Record<string, unknown>,
) => Promise<unknown>

/** What is used of the loaded model; its own types leave it open. */
interface Configured {
  config: { max_target_positions: number }
  generation_config: GenerationConfig
}

interface GenerationConfig {
  decoder_start_token_id: number
  eos_token_id: number | number[]
  begin_suppress_tokens?: number[] | null
  is_multilingual?: boolean
  lang_to_id?: Record<string, number>
  task_to_id?: Record<string, number>
  no_timestamps_token_id?: number
}

function controlTokens(generation: GenerationConfig, startOfPrevious: number | undefined): ControlTokens {
  const languages = Object.entries(generation.lang_to_id ?? {}).map(([token, id]): [string, number] => [
    token.slice(2, -2), // "<|en|>"
    id,
  ])
  return {
    startOfTranscript: generation.decoder_start_token_id,
    startOfPrevious,
    languages: generation.is_multilingual === true ? new Map(languages) : null,
    transcribe: generation.task_to_id?.['transcribe'],
    noTimestamps: generation.no_timestamps_token_id,
  }
}

function lengthOf({ prefix, choices }: Opening): number {
  return prefix.length + choices.length
}

/** What a prompt must leave of the context, which is half of a stock model's; none fits into a much smaller one. */
const roomForText = 225

/** More tokens than anyone speaks in that time, in any script: a model that repeats itself shall not go on for long. */
function longestText(samples: number): number {
  return 16 + Math.ceil((samples / 16_000) * 25)
}
