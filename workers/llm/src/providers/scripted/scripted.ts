import type { LlmProvider } from '@voicebox/config'
import type { GenerationRequest, LanguageModel } from '@voicebox/engines'
import { systemClock } from '@voicebox/kernel'
import { demandedCall } from '../demanded-call.ts'
import { type KnownAnswer, giveAnswer } from '../give-answer.ts'
import { steadyPace } from '../steady-pace.ts'
import { type Rule, applied, makeRule } from './rule.ts'

export type ScriptedProvider = Extract<LlmProvider, { type: 'scripted' }>

/**
 * Follows the first of its rules that applies: for tests and demos. Where none does, it makes the call that is demanded,
 * else it gives the reply for such a case. It never calls against a `toolChoice` of `none`.
 */
export function makeScripted(settings: ScriptedProvider, clock = systemClock): LanguageModel {
  const rules = settings.rules.map(makeRule)
  return {
    name: settings.name,
    generate: (request) => {
      const answer = answerOf(rules, settings.otherwise, request)
      return giveAnswer(answer, request, steadyPace(settings, clock, request.signal))
    },
    close: () => Promise.resolve(),
  }
}

function answerOf(rules: readonly Rule[], otherwise: string, request: GenerationRequest): KnownAnswer {
  for (const rule of rules) {
    const answer = applied(rule, request)
    if (answer === undefined) continue
    if (request.toolChoice !== 'none' || answer.calls.length === 0) return answer
    return { text: answer.text === '' ? otherwise : answer.text }
  }
  const call = demandedCall(request)
  return call === undefined ? { text: otherwise } : { text: '', calls: [call] }
}
