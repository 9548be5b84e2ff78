import { type Settings, loadConfig, settings } from '@voicebox/config'
import { Failure, aborted, withScope } from '@voicebox/kernel'
import { migrating } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'
import type { ReadyMessage } from '@voicebox/telemetry'
import { openChildLogs } from './child-logs.ts'
import { childSpecs } from './child-specs.ts'
import { ensureCertificate } from './data-dir/certificate.ts'
import { openDataDir } from './data-dir/data-dir.ts'
import { ensureEncryptionKey } from './data-dir/encryption-key.ts'
import { lockDataDir } from './data-dir/lock.ts'
import { writeRunning } from './data-dir/running-file.ts'
import { chooseEngines } from './engines.ts'
import { ensurePortFree } from './free-port.ts'
import { greet } from './greeting.ts'
import { redisSocketPath } from './redis/redis-socket.ts'
import { startStages } from './supervise/start-stages.ts'
import { restartAll } from './supervise/restart-all.ts'
import type { Listener, Supervised } from './supervise/supervise.ts'
import type { Terminal } from './terminal.ts'

export interface VoiceboxOptions {
  env: NodeJS.ProcessEnv
  /** Asks to leave in good order. */
  signal: AbortSignal
  /** Asks to leave at once. */
  hurry: AbortSignal
  terminal: Terminal
  /** Told, once everything serves, how to restart it part by part. */
  onServing?(restart: () => void): void
}

/**
 * Runs everything on this machine: Redis and Postgres (unless REDIS_URL and DATABASE_URL name others), the workers and the
 * gateway, each a supervised process, once the database has the tables of this version. Resolves after `signal`, when all of
 * them are gone: the gateway first, then the workers, then Redis and Postgres. Throws the `Failure` of whatever cannot start.
 */
export async function runVoicebox({ env, signal, hurry, terminal, onServing }: VoiceboxOptions): Promise<void> {
  const { config, unknown } = loadConfig(env, Object.keys(settings) as (keyof Settings)[])
  for (const name of unknown) terminal.warn(`! ${name} is not a setting; docs/configuration.md lists those that are.`)
  await withScope(async (scope) => {
    const dataDir = openDataDir(config.dataDir)
    const lock = scope.use(lockDataDir(dataDir.path))
    await ensurePortsFree(config, lock.wasStale ? 10_000 : 0, signal)
    const certificate = await certificateFiles(config, dataDir.tls)
    const engines = await chooseEngines(config, env.PATH ?? '')

    const logs = scope.use(openChildLogs(dataDir.logs, terminal))
    const ready = new Map<string, ReadyMessage>()
    const urls = (): readonly string[] => ready.get('gateway')?.urls ?? []
    const { databaseUrl, isEmbedded, ownerUrl } = databaseOf(config, dataDir.postgres)
    const specs = childSpecs({
      env: withoutUnknown(env, unknown),
      dataDir: dataDir.path,
      redisUrl: config.redisUrl ?? redisSocketPath(dataDir.redis),
      databaseUrl,
      apiKey: isEmbedded ? config.apiKey : null,
      encryptionKey: isEmbedded && config.encryptionKey === undefined ? ensureEncryptionKey(dataDir.path) : null,
      engines,
      certificate,
      urls,
      workerPort: config.workerPort,
      drainMs: config.drainMs,
    })
    const listener: Listener = {
      onLine: (name, line) => logs.write(name, line),
      onReady(name, message) {
        if (ready.has(name)) terminal.say(`${name} is back.`)
        ready.set(name, message)
      },
      onRestart: (name, reason, afterMs) =>
        terminal.warn(
          `! ${name} stopped (${reason}); starting it again in ${afterMs} ms. Its log: ${dataDir.logs}/${name}.log`,
        ),
    }
    terminal.say('Starting …')
    const supervision = { scope, listener, signal, hurry }
    const embedded = [...(config.redisUrl === undefined ? [specs.redis] : []), ...(isEmbedded ? [specs.postgres] : [])]
    await startStages([embedded], supervision)
    if (signal.aborted) return
    await migrating(ownerUrl(), ({ up }) => up())
    const parts = await startStages([specs.workers, [specs.gateway]], supervision)
    if (signal.aborted) return

    scope.use(writeRunning(dataDir.path, { pid: process.pid, urls: [...urls()], certFile: certificate.certFile }))
    const key = env[settings.apiKey.env] ? 'the one that VOICEBOX_API_KEY sets' : isEmbedded ? config.apiKey : null
    greet(terminal, { config, dataDir, engines, ready, urls: urls(), key, isDevelopmentKey: key === config.apiKey })
    onServing?.(makeRestart(parts.flat(), { terminal, signal }))
    await aborted(signal)
    terminal.say('Stopping: the gateway, then the workers, then what they store in. Ctrl-C again stops at once.')
  })
}

/** Where a server of our own will be is known once it was started: it may have found another place. */
function databaseOf(
  { databaseUrl, databaseOwnerUrl }: Pick<Settings, 'databaseUrl' | 'databaseOwnerUrl'>,
  folder: string,
): { databaseUrl: () => string; ownerUrl: () => string; isEmbedded: boolean } {
  if (databaseUrl === undefined)
    return { databaseUrl: () => placeOf(folder).url, ownerUrl: () => placeOf(folder).ownerUrl, isEmbedded: true }
  return { databaseUrl: () => databaseUrl, ownerUrl: () => databaseOwnerUrl ?? databaseUrl, isEmbedded: false }
}

/** While a restart goes on, a further wish for one is the same wish. */
function makeRestart(
  parts: Supervised[],
  { terminal, signal }: Pick<VoiceboxOptions, 'terminal' | 'signal'>,
): () => void {
  let isRestarting = false
  return () => {
    if (isRestarting || signal.aborted) return
    isRestarting = true
    terminal.say('Restarting: the workers one after another, then the gateway.')
    void restartAll(parts, {
      onFailed(name, reason) {
        if (!signal.aborted)
          terminal.warn(`! ${reason}\n! The restart stopped at ${name}; what comes after it was not touched.`)
      },
      onDone: () => terminal.say('Restarted.'),
    }).finally(() => (isRestarting = false))
  }
}

async function ensurePortsFree(config: Settings, waitMs: number, signal: AbortSignal): Promise<void> {
  for (const key of ['port', 'tlsPort'] as const) {
    const listening = { host: config.host, port: config[key], setting: settings[key].env }
    if (listening.port !== 0) await ensurePortFree(listening, waitMs, signal)
  }
}

async function certificateFiles(config: Settings, folder: string): Promise<{ certFile: string; keyFile: string }> {
  const { tlsCertFile: certFile, tlsKeyFile: keyFile } = config
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile }
  if (certFile === undefined && keyFile === undefined) return ensureCertificate(folder, Date.now())
  const message = `${settings.tlsCertFile.env} and ${settings.tlsKeyFile.env} are set both or not at all.`
  throw new Failure('client', 'invalid_configuration', message)
}

function withoutUnknown(env: NodeJS.ProcessEnv, unknown: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !unknown.includes(name)))
}
