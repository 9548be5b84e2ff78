import type { LlmProvider } from '@voicebox/config'
import type { FinishReason, GenerationRequest, LanguageEvent, LanguageModel, LanguageUsage } from '@voicebox/engines'
import { type Clock, Failure, systemClock } from '@voicebox/kernel'
import { OpenAI } from 'openai'
import { makeCallReader } from './call-reader.ts'
import { isFilteredPrompt, providerFailure } from './failure.ts'
import { readChunk } from './read-chunk.ts'
import { chatRequest } from './request.ts'
import { estimateUsage } from './usage.ts'
import { watchConnection } from './watch-connection.ts'

export type OpenAICompatibleProvider = Extract<LlmProvider, { type: 'openai-compatible' }>

/** How long the usage, which comes after the finish reason, is waited for. */
const usageWaitMs = 1000

/** Any endpoint that speaks OpenAI's chat completions: OpenAI, Azure OpenAI, Groq, Ollama, NVIDIA NIM, vLLM. */
export function makeOpenAICompatible(provider: OpenAICompatibleProvider, clock: Clock = systemClock): LanguageModel {
  const { name, baseURL, apiKey } = provider
  // organization and project are named because the client would else read them from the environment
  const client = new OpenAI({ baseURL, apiKey, organization: null, project: null, maxRetries: 0, logLevel: 'off' })
  const closing = new AbortController()
  return {
    name,
    generate: (request) => answer({ client, provider, clock, closed: closing.signal }, request),
    close() {
      closing.abort()
      return Promise.resolve()
    },
  }
}

interface Endpoint {
  client: OpenAI
  provider: OpenAICompatibleProvider
  clock: Clock
  closed: AbortSignal
}

async function* answer(
  { client, provider, clock, closed }: Endpoint,
  request: GenerationRequest,
): AsyncGenerator<LanguageEvent, void, undefined> {
  if (request.signal.aborted) return
  const connection = watchConnection(clock, [request.signal, closed])
  const calls = makeCallReader(provider.name)
  let said = ''
  let reason: FinishReason | undefined
  let usage: LanguageUsage | undefined
  let failure: Failure | undefined
  try {
    connection.expect('the first token', provider.firstTokenTimeoutMs)
    const asking = request.apiKey === undefined ? client : client.withOptions({ apiKey: request.apiKey })
    const stream = await asking.chat.completions.create(chatRequest(provider, request), { signal: connection.signal })
    for await (const chunk of stream) {
      const read = readChunk(chunk)
      const text = read.text === '' ? [] : [{ kind: 'text' as const, text: read.text }]
      for (const event of [...text, ...calls.read(read.calls)]) {
        said += wordsOf(event)
        connection.rest()
        yield event
      }
      // only now: what cannot be read in the last chunk is a failure still
      reason = read.reason ?? reason
      usage = read.usage ?? usage
      if (reason !== undefined) connection.expect('the usage', usageWaitMs)
      else if (said !== '') connection.expect('the next token', provider.idleTimeoutMs)
    }
  } catch (error) {
    if (isFilteredPrompt(error)) reason = 'content_filter'
    else failure = error instanceof Failure ? error : providerFailure(provider.name, error)
  } finally {
    connection.close()
  }
  if (request.signal.aborted) return
  // once the finish reason is known, the answer is whole, whatever happens to the connection
  if (reason === undefined) throw whyUnfinished(provider.name, { closed, overdue: connection.overdue(), failure, said })
  if (reason === 'stop') calls.end()
  yield { kind: 'finish', reason, usage: usage ?? estimateUsage(request, said) }
}

function wordsOf(event: LanguageEvent): string {
  return 'text' in event ? event.text : 'name' in event ? event.name : ''
}

function whyUnfinished(
  name: string,
  seen: { closed: AbortSignal; overdue: string | undefined; failure: Failure | undefined; said: string },
): Failure {
  if (seen.closed.aborted) return new Failure('engine', 'provider_closed', `${name} was closed`)
  if (seen.overdue !== undefined)
    return new Failure('engine', 'provider_timeout', `${name} took too long to give ${seen.overdue}`)
  if (seen.failure !== undefined) return seen.failure
  return seen.said === ''
    ? new Failure('engine', 'empty_stream', `${name} answered with nothing`)
    : new Failure('engine', 'stream_cut', `${name} stopped in the middle of its answer`)
}
