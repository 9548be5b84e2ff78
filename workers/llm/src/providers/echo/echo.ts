import type { ContextItem, ContextMessage, GenerationRequest, LanguageModel } from '@voicebox/engines'
import { inaudible } from '../../context.ts'
import { demandedCall } from '../demanded-call.ts'
import { type KnownAnswer, giveAnswer } from '../give-answer.ts'

/**
 * Repeats what the user said last, or what tools gave since: a language model for a first run, without a provider. It
 * calls a tool only where one is demanded, without arguments; having its result, it says so instead of calling again.
 */
export function makeEcho(name = 'echo'): LanguageModel {
  return {
    name,
    generate: (request) => giveAnswer(echoOf(request), request),
    close: () => Promise.resolve(),
  }
}

function echoOf(request: GenerationRequest): KnownAnswer {
  const { context } = request
  if (context.at(-1)?.role === 'tool_result') return { text: resultsAtEnd(context).join(' ') }
  const call = demandedCall(request)
  if (call !== undefined) return { text: '', calls: [call] }
  const last = context.findLast((entry): entry is ContextMessage => entry.role === 'user')
  return { text: last === undefined ? 'Hello! Say something, and I will repeat it.' : repeated(last) }
}

function resultsAtEnd(context: readonly ContextItem[]): string[] {
  const results = context.slice(context.findLastIndex((entry) => entry.role !== 'tool_result') + 1)
  const names = new Map(
    context.flatMap((entry) => (entry.role === 'tool_call' ? [[entry.callId, entry.name] as const] : [])),
  )
  return results.flatMap((entry) =>
    entry.role === 'tool_result' ? [`The tool ${names.get(entry.callId) ?? 'called'} gave: ${entry.output}`] : [],
  )
}

function repeated({ text, images = [] }: ContextMessage): string {
  const heard = text.trim()
  const shown = images.length === 1 ? 'a picture' : `${images.length} pictures`
  const isUnderstood = heard !== '' && heard !== inaudible
  if (isUnderstood) return `You said: ${heard}${images.length > 0 ? ` (and showed me ${shown})` : ''}`
  return images.length > 0 ? `You showed me ${shown}.` : 'Sorry, I did not catch that. Could you say it again?'
}
