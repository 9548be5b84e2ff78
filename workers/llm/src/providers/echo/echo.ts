import type { ContextItem, LanguageModel } from '@voicebox/engines'
import { inaudible } from '../../context.ts'
import { sayWords } from '../words.ts'

/** Repeats what the user said last: a language model for a first run, without a provider. */
export function makeEcho(name = 'echo'): LanguageModel {
  return {
    name,
    generate: (request) => sayWords(echoOf(request.context), request),
    close: () => Promise.resolve(),
  }
}

function echoOf(context: readonly ContextItem[]): string {
  const last = context.findLast((item) => item.role === 'user')
  if (last === undefined) return 'Hello! Say something, and I will repeat it.'
  const heard = last.text.trim()
  return heard === '' || heard === inaudible
    ? 'Sorry, I did not catch that. Could you say it again?'
    : `You said: ${heard}`
}
