import { Failure, aborted } from '@voicebox/kernel'
import type { FinishReason, GenerationRequest, LanguageEvent, LanguageModel } from '../language-model.ts'

/** What a fake does with one request: it gives its text and its calls, and then finishes, fails or falls silent. */
export interface FakeAnswer {
  text: readonly string[]
  /** The arguments in the pieces in which they are given. */
  calls?: readonly { name: string; arguments: readonly string[] }[]
  /** `finish` with reason `stop` unless said otherwise. */
  then?: FinishReason | Failure | 'hang'
}

/** A language model that does as it is told, and keeps what it was asked. */
export interface FakeLanguageModel extends LanguageModel {
  readonly requests: readonly GenerationRequest[]
  /** Answers that have begun and not ended. */
  openAnswers(): number
  isClosed(): boolean
}

export function makeFakeLanguageModel(
  answerTo: (request: GenerationRequest) => FakeAnswer,
  name = 'fake',
): FakeLanguageModel {
  const requests: GenerationRequest[] = []
  let openAnswers = 0
  let isClosed = false
  return {
    name,
    requests,
    openAnswers: () => openAnswers,
    isClosed: () => isClosed,
    async *generate(request) {
      requests.push(request)
      openAnswers += 1
      try {
        yield* play(answerTo(request), request)
      } finally {
        openAnswers -= 1
      }
    },
    close() {
      isClosed = true
      return Promise.resolve()
    },
  }
}

async function* play(
  { text, calls = [], then = 'stop' }: FakeAnswer,
  { signal, context, maxOutputTokens = Infinity }: GenerationRequest,
): AsyncGenerator<LanguageEvent, void, undefined> {
  const events = [...text.map((part) => ({ kind: 'text' as const, text: part })), ...callEvents(calls)]
  const given = events.slice(0, maxOutputTokens)
  for (const event of given) {
    await Promise.resolve()
    if (signal.aborted) return
    yield event
  }
  if (then === 'hang') await aborted(signal)
  if (signal.aborted) return
  if (then instanceof Failure) throw then
  const reason = given.length < events.length || then === 'hang' ? 'max_output_tokens' : then
  yield { kind: 'finish', reason, usage: { inputTokens: context.length, outputTokens: given.length, cachedTokens: 0 } }
}

function callEvents(calls: NonNullable<FakeAnswer['calls']>): LanguageEvent[] {
  return calls.flatMap(({ name, arguments: pieces }, call) => [
    { kind: 'call_started' as const, call, name },
    ...pieces.map((text) => ({ kind: 'call_arguments' as const, call, text })),
  ])
}
