import type { SpeechSynthesizer, SynthesisRequest } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'
import { cleanText } from '../text/clean-text.ts'

export interface EngineParts {
  name: string
  sampleRateHz: number
  /**
   * Makes the audio of text that is clean and not empty. The signal is aborted with the call's own, and when the engine
   * closes: whatever is held is freed at once then, even if the consumer never comes back. What it throws afterwards is
   * of no interest.
   */
  speak(request: SynthesisRequest): AsyncIterable<Int16Array>
  /** Called once, after all calls were aborted. */
  close(): Promise<void>
}

/** Makes a synthesizer that keeps what the port promises of abort, closing, failures and text without anything to say. */
export function makeSynthesizer({ name, sampleRateHz, speak, close }: EngineParts): SpeechSynthesizer {
  const closing = new AbortController()
  let closed: Promise<void> | undefined
  return {
    name,
    sampleRateHz,
    async *synthesize(request) {
      if (closing.signal.aborted) throw engineClosed(name)
      const text = cleanText(request.text)
      if (text === '' || request.signal.aborted) return
      const signal = AbortSignal.any([request.signal, closing.signal])
      try {
        for await (const chunk of speak({ ...request, text, signal })) {
          if (signal.aborted) break
          if (chunk.length > 0) yield chunk
          if (signal.aborted) break
        }
      } catch (error) {
        if (!signal.aborted) throw asFailure(name, error)
      }
      if (closing.signal.aborted && !request.signal.aborted) throw engineClosed(name)
    },
    close() {
      closing.abort()
      return (closed ??= close())
    },
  }
}

function engineClosed(name: string): Failure {
  return new Failure('engine', 'engine_closed', `The speech engine ${name} was closed`)
}

function asFailure(name: string, error: unknown): Failure {
  if (error instanceof Failure) return error
  // what it says may quote what was to be spoken
  return new Failure('engine', 'synthesis_failed', `The speech engine ${name} failed`, { cause: error })
}
