import type { LlmProvider } from '@voicebox/config'
import type { LanguageModel } from '@voicebox/engines'
import { sleep, systemClock } from '@voicebox/kernel'
import { sayWords } from '../words.ts'

export type StubProvider = Extract<LlmProvider, { type: 'stub' }>

/** Gives one set reply at a set pace, whatever it is asked: for benchmarks and for trying out clients. */
export function makeStub(settings: StubProvider, clock = systemClock): LanguageModel {
  return {
    name: settings.name,
    generate(request) {
      const startMs = clock.now()
      return sayWords(settings.reply, request, async (index) => {
        // each word is due from the start, not from the word before it, so that late timers do not add up
        const dueMs = startMs + settings.firstTokenMs + (index * 1000) / settings.tokensPerSecond
        const waitMs = dueMs - clock.now()
        if (waitMs > 0) await sleep(waitMs, request.signal)
      })
    },
    close: () => Promise.resolve(),
  }
}
