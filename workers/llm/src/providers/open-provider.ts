import type { LlmProvider } from '@voicebox/config'
import type { LanguageModel } from '@voicebox/engines'
import { assertNever } from '@voicebox/kernel'
import { makeEcho } from './echo/echo.ts'
import { makeOpenAICompatible } from './openai-compatible/model.ts'
import { makeScripted } from './scripted/scripted.ts'
import { makeStub } from './stub/stub.ts'

export function openProvider(provider: LlmProvider): LanguageModel {
  switch (provider.type) {
    case 'openai-compatible':
      return makeOpenAICompatible(provider)
    case 'echo':
      return makeEcho(provider.name)
    case 'stub':
      return makeStub(provider)
    case 'scripted':
      return makeScripted(provider)
    default:
      return assertNever(provider)
  }
}
