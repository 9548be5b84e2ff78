import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'

const load = (prompts: object) => loadConfig({ VOICEBOX_PROMPTS: JSON.stringify(prompts) }, ['prompts']).config.prompts

describe('Prompt templates', () => {
  it('are read with their places and defaults', () => {
    const greeting = { version: '2', instructions: 'Greet {{name}} of {{ company }}.', variables: { company: 'us' } }
    expect(load({ pmpt_1: greeting, pmpt_2: { instructions: 'Be {brief}.' } })).toEqual({
      pmpt_1: greeting,
      pmpt_2: { version: null, instructions: 'Be {brief}.', variables: {} },
    })
  })

  it.each([
    [{ a: { instructions: '' } }, /VOICEBOX_PROMPTS\.a\.instructions/],
    [{ a: { instructions: 'Hi {{two words}}' } }, /VOICEBOX_PROMPTS\.a\.instructions: a \{\{…\}\} names no variable/],
    [{ a: { instructions: 'Hi {{}}' } }, /VOICEBOX_PROMPTS\.a\.instructions/],
    [{ a: { instructions: 'Hi {{name}}', variables: { nam: 'x' } } }, /VOICEBOX_PROMPTS\.a\.variables\.nam/],
    [{ a: { instructions: 'Hi', variable: {} } }, /VOICEBOX_PROMPTS\.a/],
  ])('are refused by their place when something in them cannot be meant (%#)', (prompts, complaint) => {
    expect(() => load(prompts)).toThrow(complaint)
  })
})

describe('Settings of the way in', () => {
  const keys = ['corsOrigins', 'conversationCreated', 'sessionMaxS', 'dialect', 'models'] as const

  it('are read as they are written', () => {
    const { config } = loadConfig(
      {
        VOICEBOX_CORS_ORIGINS: '["https://app.example.org","http://localhost:3000","*"]',
        VOICEBOX_CONVERSATION_CREATED: 'false',
        VOICEBOX_MODELS: '{"small":{"contextTokens":4096}}',
      },
      keys,
    )
    expect(config).toEqual({
      corsOrigins: ['https://app.example.org', 'http://localhost:3000', '*'],
      conversationCreated: false,
      sessionMaxS: 3_600,
      dialect: 'compat',
      models: { small: { contextTokens: 4_096 } },
    })
  })

  it.each([
    { VOICEBOX_CORS_ORIGINS: '["https://app.example.org/"]' },
    { VOICEBOX_CORS_ORIGINS: '["app.example.org"]' },
    { VOICEBOX_CORS_ORIGINS: '[]' },
    { VOICEBOX_CONVERSATION_CREATED: 'maybe' },
    { VOICEBOX_SESSION_MAX_S: '0' },
    { VOICEBOX_SESSION_MAX_S: '86401' },
    { VOICEBOX_DIALECT: 'beta' },
  ])('are refused where they cannot be meant: %j', (env) =>
    expect(() => loadConfig(env, keys)).toThrow(/Configuration/),
  )
})
