import type { Usage } from '@voicebox/protocol'
import type { ActiveResponse } from './state.ts'

const sampleRateHz = 24_000
/** One audio token is 100 ms of what the user said, or 50 ms of what the assistant says: OpenAI's rates. */
const inputTokenMs = 100
const outputTokenMs = 50
/** For text whose count no provider gave, because the response ended before the provider did. */
const charactersPerToken = 4

/** Counts a response in tokens. Text is counted by the provider, or estimated where it was cut off; audio by its length. */
export function usageOf(response: ActiveResponse): Usage {
  if (response.failure !== null) return usageFrom(noTokens)
  const counted = response.finish?.usage
  const isGenerated = counted !== undefined || response.output.length > 0
  const inputText = counted?.inputTokens ?? (isGenerated ? Math.ceil(response.inputCharacters / charactersPerToken) : 0)
  const cached = counted?.cachedTokens ?? 0
  const inputAudio = isGenerated ? Math.ceil(response.inputAudioMs / inputTokenMs) : 0
  const outputText = counted?.outputTokens ?? Math.ceil(charactersWritten(response) / charactersPerToken)
  const outputAudio = Math.ceil((response.speech.sentSamples * 1000) / sampleRateHz / outputTokenMs)
  return usageFrom({ inputText, cached, inputAudio, outputText, outputAudio })
}

/** An apology is no answer. */
const noTokens = { inputText: 0, cached: 0, inputAudio: 0, outputText: 0, outputAudio: 0 }

function usageFrom({ inputText, cached, inputAudio, outputText, outputAudio }: typeof noTokens): Usage {
  return {
    total_tokens: inputText + inputAudio + outputText + outputAudio,
    input_tokens: inputText + inputAudio,
    output_tokens: outputText + outputAudio,
    input_token_details: {
      text_tokens: inputText,
      audio_tokens: inputAudio,
      image_tokens: 0,
      cached_tokens: cached,
      cached_tokens_details: { text_tokens: cached, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  }
}

/** What a response is about to read, before anybody has counted it. */
export function tokensToRead(reading: Pick<ActiveResponse, 'inputAudioMs' | 'inputCharacters'>): number {
  return Math.ceil(reading.inputCharacters / charactersPerToken) + Math.ceil(reading.inputAudioMs / inputTokenMs)
}

function charactersWritten({ text, output }: ActiveResponse): number {
  return output.reduce((sum, { item }) => (item.type === 'message' ? sum : sum + item.arguments.length), text.length)
}
