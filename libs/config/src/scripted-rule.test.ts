import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'

describe('The rules of a scripted provider', () => {
  it('have defaults', () => {
    const [provider] = load({ when: 'weather', calls: [{ name: 'get_weather' }] }) ?? []
    expect(provider).toEqual({
      type: 'scripted',
      name: 'scripted',
      rules: [{ when: 'weather', in: 'question', calls: [{ name: 'get_weather', arguments: '{}' }] }],
      otherwise: 'OK.',
      firstTokenMs: 0,
      tokensPerSecond: 1_000,
    })
  })

  it.each([
    ['when', { when: '(s3cret' }],
    ['find', { when: '', find: '[s3cret' }],
  ])('name the rule whose %s is no regular expression, without showing it', (field, rule) => {
    const loading = () => load({ when: 'fine' }, rule)
    expect(loading).toThrow(
      new RegExp(`VOICEBOX_LLM_PROVIDERS\\.0\\.rules\\.1\\.${field}: not a regular expression: \\w`),
    )
    expect(loading).not.toThrow(/s3cret/)
  })

  it('refuse a pattern of more than 1,000 characters', () => {
    expect(load({ when: 'a'.repeat(1_000) })).toHaveLength(1)
    expect(() => load({ when: 'a'.repeat(1_001) })).toThrow(/rules\.0\.when/)
  })

  it('refuse a field that they do not know', () => {
    expect(() => load({ when: 'a', replay: 'b' })).toThrow(/rules\.0/)
  })
})

function load(...rules: readonly unknown[]) {
  const env = { VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'scripted', rules }]) }
  return loadConfig(env, ['llmProviders']).config.llmProviders
}
