import { fileURLToPath } from 'node:url'
import { settings } from '@voicebox/config'
import { graceMsFor } from '@voicebox/telemetry'
import type { CertificateFiles } from './data-dir/certificate.ts'
import type { ChosenEngines } from './engines.ts'
import type { SupervisedSpec } from './supervise/supervise.ts'

interface Given {
  env: NodeJS.ProcessEnv
  dataDir: string
  redisUrl: string
  /** Asked for when Postgres runs. */
  databaseUrl(): string
  /** The key of the tenant `default`; null: the environment's own, if it has one. */
  apiKey: string | null
  /** What secrets are sealed with; null: the environment's own, if it has one. */
  encryptionKey: string | null
  engines: ChosenEngines
  certificate: CertificateFiles
  /** Where the gateway listened when it was last ready. */
  urls(): readonly string[]
  workerPort: number | undefined
  drainMs: number
}

const workers = ['stt', 'llm', 'tts', 'housekeeper']

/** What the launcher runs, each with what it is told of the others. */
export function childSpecs(given: Given): {
  redis: SupervisedSpec
  postgres: SupervisedSpec
  workers: SupervisedSpec[]
  gateway: SupervisedSpec
} {
  const {
    env,
    dataDir,
    redisUrl,
    databaseUrl,
    apiKey,
    encryptionKey,
    engines,
    certificate,
    urls,
    workerPort,
    drainMs,
  } = given
  const fixed = {
    ...env,
    [settings.dataDir.env]: dataDir,
    [settings.redisUrl.env]: redisUrl,
    [settings.databaseOwnerUrl.env]: '', // migrations have run, and nobody else needs it
    ...(apiKey !== null && { [settings.apiKey.env]: apiKey }),
    ...(encryptionKey !== null && { [settings.encryptionKey.env]: encryptionKey }),
    [settings.sttEngine.env]: engines.stt.engine,
    [settings.ttsEngine.env]: engines.tts.engine,
    [settings.tlsCertFile.env]: certificate.certFile,
    [settings.tlsKeyFile.env]: certificate.keyFile,
  }
  const shared = (): NodeJS.ProcessEnv => ({ ...fixed, [settings.databaseUrl.env]: databaseUrl() })
  const spec = (name: string, path: string): SupervisedSpec => ({
    name,
    entry: fileURLToPath(new URL(path, import.meta.url)),
    env: shared,
    leaveWithinMs: graceMsFor(drainMs) + 2_000, // each ends itself before
  })
  return {
    // Redis is not ready before it has read its append-only file, however long that is.
    redis: { ...spec('redis', './redis/main.ts'), readyWithinMs: 600_000 },
    // Nor is Postgres before it has recovered what a crash left.
    postgres: { ...spec('postgres', './postgres/main.ts'), readyWithinMs: 600_000 },
    workers: workers.map((kind, at) => ({
      ...spec(kind, `../../../workers/${kind}/src/main.ts`),
      env: () => ({ ...shared(), ...workerPortOf(workerPort, at) }),
    })),
    // A free port that was picked stays the same, or clients could not come back.
    gateway: { ...spec('gateway', '../../gateway/src/main.ts'), env: () => ({ ...shared(), ...portsOf(urls()) }) },
  }
}

/** Each worker has a port of its own: the configured one and those after it. */
function workerPortOf(first: number | undefined, at: number): NodeJS.ProcessEnv {
  return first === undefined || first === 0 ? {} : { [settings.workerPort.env]: String(first + at) }
}

function portsOf(urls: readonly string[]): NodeJS.ProcessEnv {
  const portOf = (protocol: string): string | undefined =>
    urls.map((url) => new URL(url)).find((url) => url.protocol === protocol)?.port
  const [port, tlsPort] = [portOf('ws:'), portOf('wss:')]
  return {
    ...(port !== undefined && { [settings.port.env]: port }),
    ...(tlsPort !== undefined && { [settings.tlsPort.env]: tlsPort }),
  }
}
