import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'
import { configurationReference } from './reference.ts'
import { settings } from './settings.ts'

describe('The configuration', () => {
  it('takes defaults where nothing is set, or where it is set to nothing', () => {
    const { config } = loadConfig({ VOICEBOX_PORT: '' }, ['port', 'apiKey', 'sttEngine', 'llmPool'])
    expect(config).toEqual({ port: 8080, apiKey: 'sk-voicebox-dev', sttEngine: undefined, llmPool: 'default' })
  })

  it('reads providers in their order, with their defaults', () => {
    const given = [{ name: 'a', baseURL: 'http://localhost:1/v1', model: 'm' }, { type: 'echo' }]
    const { config } = loadConfig({ VOICEBOX_LLM_PROVIDERS: JSON.stringify(given) }, ['llmProviders'])
    expect(config.llmProviders).toMatchObject([
      { type: 'openai-compatible', name: 'a', apiKey: 'none', firstTokenTimeoutMs: 10_000 },
      { type: 'echo', name: 'echo' },
    ])
  })

  it('names every problem at once, by variable and place, and never shows a value', () => {
    const env = {
      VOICEBOX_PORT: '99999',
      VOICEBOX_LLM_PROVIDERS: '[{"name":"a","baseURL":"s3cret","model":"m"}]',
      VOICEBOX_MODELS: '{not json s3cret',
      VOICEBOX_API_KEY: 's3cret',
    }
    const load = (): unknown => loadConfig(env, ['port', 'llmProviders', 'models', 'apiKey'])
    expect(load).toThrow(/VOICEBOX_PORT: .*\n.*VOICEBOX_LLM_PROVIDERS\.0\.baseURL: .*\n.*VOICEBOX_MODELS: not JSON/)
    expect(load).not.toThrow(/s3cret/)
  })

  it('tells of variables that nothing reads', () => {
    const { unknown } = loadConfig({ VOICEBOX_PROT: '1', VOICEBOX_PORT: '1', OTHER: '1' }, ['host'])
    expect(unknown).toEqual(['VOICEBOX_PROT'])
  })

  it('is documented setting by setting', () => {
    const reference = configurationReference()
    for (const { env } of Object.values(settings)) expect(reference).toContain(`\`${env}\``)
  })
})
