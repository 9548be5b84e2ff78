import { Failure } from '@voicebox/kernel'
import { type Settings, settings } from './settings.ts'

export interface Loaded<K extends keyof Settings> {
  config: Pick<Settings, K>
  /** `VOICEBOX_*` variables that no setting reads: most often a misspelling, to be warned of. */
  unknown: string[]
}

/**
 * Reads the named settings from the environment. An empty variable counts as absent. Every problem is reported at once,
 * in one `Failure` of kind `client`, each with its variable's name and what was expected; values are never shown.
 */
export function loadConfig<const K extends keyof Settings>(env: NodeJS.ProcessEnv, keys: readonly K[]): Loaded<K> {
  const config: Partial<Record<keyof Settings, unknown>> = {}
  const problems: string[] = []
  for (const key of keys) {
    const { env: name, schema } = settings[key]
    const result = schema.safeParse(env[name] === '' ? undefined : env[name])
    if (result.success) config[key] = result.data
    else problems.push(...result.error.issues.map((issue) => `${[name, ...issue.path].join('.')}: ${issue.message}`))
  }
  if (problems.length > 0) {
    throw new Failure('client', 'invalid_configuration', `Configuration is invalid:\n  ${problems.join('\n  ')}`)
  }
  return { config: config as Pick<Settings, K>, unknown: unknownVariables(env) }
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.env))
  return Object.keys(env).filter((name) => name.startsWith('VOICEBOX_') && !known.has(name))
}
