export { type Loaded, loadConfig } from './load.ts'
export { configurationReference } from './reference.ts'
export { type LlmProvider, type Settings, type StubSettings, llmProviderSchema, settings } from './settings.ts'
