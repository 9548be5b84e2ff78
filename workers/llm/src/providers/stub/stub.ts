import type { LlmProvider } from '@voicebox/config'
import type { LanguageModel } from '@voicebox/engines'
import { systemClock } from '@voicebox/kernel'
import { giveAnswer } from '../give-answer.ts'
import { steadyPace } from '../steady-pace.ts'

export type StubProvider = Extract<LlmProvider, { type: 'stub' }>

/** Gives one set reply at a set pace, whatever it is asked or offered: for benchmarks and for trying out clients. */
export function makeStub(settings: StubProvider, clock = systemClock): LanguageModel {
  return {
    name: settings.name,
    generate: (request) => giveAnswer({ text: settings.reply }, request, steadyPace(settings, clock, request.signal)),
    close: () => Promise.resolve(),
  }
}
