import type { Settings } from '@voicebox/config'
import type { ReadyMessage } from '@voicebox/telemetry'
import type { DataDir } from './data-dir/data-dir.ts'
import type { ChosenEngines } from './engines.ts'
import type { Terminal } from './terminal.ts'
import { version } from './version.ts'

interface Started {
  config: Settings
  dataDir: DataDir
  engines: ChosenEngines
  ready: ReadonlyMap<string, ReadyMessage>
  urls: readonly string[]
  /** The key of the tenant `default`, or how it is called; null: it has none. */
  key: string | null
  isDevelopmentKey: boolean
}

/** Tells a newcomer what runs, why, and what to do next. Scripts wait for the line `ready ws://…`. */
export function greet(terminal: Terminal, started: Started): void {
  const { config, dataDir, engines, ready, urls, key, isDevelopmentKey } = started
  const { say } = terminal
  const row = (name: string, text: string): void => say(`  ${name.padEnd(9)}${text}`)
  say(`AgentVoiceBox ${version}`)
  row('hears', `${engines.stt.engine}: ${engines.stt.why}`)
  row('thinks', ready.get('llm')?.summary ?? '')
  row('speaks', `${engines.tts.engine}: ${engines.tts.why}`)
  row('serves', ready.get('gateway')?.summary ?? '')
  row('tidies', ready.get('housekeeper')?.summary ?? '')
  row('redis', ready.get('redis')?.summary ?? 'the one that REDIS_URL names')
  row('postgres', ready.get('postgres')?.summary ?? 'the one that DATABASE_URL names')
  row('data', `${dataDir.path} (logs in ${dataDir.logs})`)
  row('key', key ?? 'those that were made: npx voicebox keys create')
  if (isDevelopmentKey && !isLoopback(config.host)) {
    terminal.warn(`! Everyone who reaches ${config.host} knows the development key: set VOICEBOX_API_KEY.`)
  }
  for (const url of urls) say(`ready ${url}`)
  say('try: npm run talk -- fixtures/speech/what-time-is-it.wav')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
