import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openScope } from '@voicebox/kernel'
import { startRedis, type TestRedis } from '@voicebox/streams/testing'
import { makeCertificate } from './certificate.ts'

export type Kind = 'gateway' | 'stt' | 'llm' | 'tts' | 'housekeeper'

export interface Member {
  kind: Kind
  process: ChildProcess
  /** Gateways only: the plain and the TLS address. */
  urls: string[]
}

/** A whole installation as separate processes on one Redis. */
export interface Stack {
  redisUrl: string
  redis: TestRedis
  /** What its members are started with. */
  env: NodeJS.ProcessEnv
  members: Member[]
  /** The n-th gateway's address, without query. */
  ws(gateway?: number): string
  wss(gateway?: number): string
  /** The PEM of the certificate that the TLS side shows. */
  ca: string
  of(kind: Kind): Member[]
  start(kind: Kind, env?: Record<string, string>): Promise<Member>
  close(): Promise<void>
}

export const apiKey = 'sk-voicebox-test'

const mains: Record<Kind, URL> = {
  gateway: new URL('../../../gateway/src/main.ts', import.meta.url),
  stt: new URL('../../../../workers/stt/src/main.ts', import.meta.url),
  llm: new URL('../../../../workers/llm/src/main.ts', import.meta.url),
  tts: new URL('../../../../workers/tts/src/main.ts', import.meta.url),
  housekeeper: new URL('../../../../workers/housekeeper/src/main.ts', import.meta.url),
}

export interface StackOptions {
  /** How many of each kind; where nothing is said one, and no housekeeper. */
  count?: Partial<Record<Kind, number>>
  env?: Record<string, string>
  /** Starts what it runs on. Absent: one server that keeps nothing. */
  redis?: () => Promise<TestRedis>
  /** Hears every line of a log. Absent: they are shown. */
  onLine?: (kind: Kind, line: string) => void
}

/** Starts Redis, gateways and workers, and waits until all are ready. */
export async function startStack({
  count = {},
  env = {},
  redis: open = startRedis,
  onLine,
}: StackOptions = {}): Promise<Stack> {
  const scope = openScope()
  try {
    const redis = scope.use(await open())
    const certificate = scope.use(await makeCertificate())
    const members: Member[] = []
    const settings: NodeJS.ProcessEnv = {
      ...baseEnv(),
      REDIS_URL: redis.url,
      VOICEBOX_PORT: '0',
      VOICEBOX_TLS_PORT: '0',
      VOICEBOX_TLS_CERT: certificate.certFile,
      VOICEBOX_TLS_KEY: certificate.keyFile,
      VOICEBOX_API_KEY: apiKey,
      VOICEBOX_STT_ENGINE: 'stub',
      VOICEBOX_TTS_ENGINE: 'stub',
      VOICEBOX_LOG_LEVEL: 'warn',
      VOICEBOX_CLAIM_AFTER_MS: '600',
      ...env,
    }

    async function start(kind: Kind, more: Record<string, string> = {}): Promise<Member> {
      const child = fork(fileURLToPath(mains[kind]), {
        env: { ...settings, ...more },
        stdio: ['inherit', 'inherit', onLine === undefined ? 'inherit' : 'pipe', 'ipc'],
      })
      if (child.stderr !== null) createInterface(child.stderr).on('line', (line) => onLine?.(kind, line))
      scope.defer(() => endProcess(child))
      const urls = await becomesReady(kind, child)
      const member = { kind, process: child, urls }
      members.push(member)
      return member
    }

    const counts = { stt: 1, llm: 1, tts: 1, gateway: 1, housekeeper: 0, ...count }
    const kinds = Object.keys(counts) as Kind[]
    await Promise.all(kinds.flatMap((kind) => Array.from({ length: counts[kind] }, () => start(kind))))
    const url = (at: number, scheme: number): string =>
      members.filter(({ kind }) => kind === 'gateway')[at]?.urls[scheme] ?? ''
    return {
      redisUrl: redis.url,
      redis,
      env: settings,
      members,
      ws: (gateway = 0) => url(gateway, 0),
      wss: (gateway = 0) => url(gateway, 1),
      ca: certificate.pem,
      of: (kind) => members.filter((member) => member.kind === kind),
      start,
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** The test's own environment without settings that would leak into the stack. */
function baseEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VOICEBOX_|REDIS_URL|VITEST|NODE_OPTIONS)/.test(name)),
  )
}

function becomesReady(kind: Kind, child: ChildProcess): Promise<string[]> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { urls?: string[] }) => resolve(message.urls ?? []))
    child.once('exit', (code, signal) => reject(new Error(`${kind} ended before it was ready (${code ?? signal})`)))
  })
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8_000)
  await ended
  clearTimeout(timer)
}
