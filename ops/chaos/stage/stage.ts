import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openScope } from '@voicebox/kernel'
import { type TestPostgres, startPostgres } from '@voicebox/store/testing'
import { type Member, type MemberKind, members } from '../plan/members.ts'
import { model, spokenWords } from './answers.ts'
import { freePorts } from './free-ports.ts'
import { type StageProcess, makeProcess } from './process.ts'
import { type StageRedis, startRedis } from './redis.ts'

/** A whole installation, each part of which may be ended and started again. */
export interface Stage {
  redis: StageRedis
  /** With what its gateways and its housekeeper keep for good. */
  postgres: TestPostgres
  /** Addresses of the gateways, which stay the same. */
  urls: readonly string[]
  urlOf(gateway: Member): string
  process(member: Member): StageProcess
  /** Of the processes that run. */
  pids(): number[]
  close(): Promise<void>
}

export interface StageOptions {
  /** Where the logs of its processes go. */
  folder: string
  onDeath(member: Member, how: string): void
}

export const apiKey = 'sk-voicebox-chaos'
export const sessionTtlMs = 30_000
/** How long a process may take to leave. */
export const drainMs = 5_000

const entries: Record<MemberKind, URL> = {
  gateway: new URL('../../../apps/gateway/src/main.ts', import.meta.url),
  stt: new URL('../../../workers/stt/src/main.ts', import.meta.url),
  llm: new URL('../../../workers/llm/src/main.ts', import.meta.url),
  tts: new URL('../../../workers/tts/src/main.ts', import.meta.url),
  housekeeper: new URL('../../../workers/housekeeper/src/main.ts', import.meta.url),
}

/** Starts everything and waits until it serves. */
export async function openStage({ folder, onDeath }: StageOptions): Promise<Stage> {
  const scope = openScope()
  try {
    await mkdir(folder, { recursive: true })
    const redis = scope.use(await startRedis())
    const postgres = scope.use(await startPostgres())
    const ports = await freePorts(members.gateway.length)
    const processes = new Map<Member, StageProcess>()
    for (const kind of Object.keys(members) as MemberKind[]) {
      for (const [at, member] of members[kind].entries()) {
        const port = kind === 'gateway' ? { VOICEBOX_PORT: String(ports[at]) } : {}
        const made = makeProcess({
          entry: fileURLToPath(entries[kind]),
          env: { ...inherited(), ...settings(redis.url, postgres.url), ...port },
          logFile: join(folder, `${member}.log`),
          onDeath: (how) => onDeath(member, how),
        })
        processes.set(member, made)
      }
    }
    scope.defer(async () => void (await Promise.all([...processes.values()].map((member) => member.close()))))
    await Promise.all([...processes.values()].map((member) => member.start()))
    const urls = ports.map((port) => `ws://127.0.0.1:${port}/v1/realtime?model=gpt-realtime`)
    return {
      redis,
      postgres,
      urls,
      urlOf: (gateway) => urls[(members.gateway as readonly Member[]).indexOf(gateway)] ?? '',
      process(member) {
        const found = processes.get(member)
        if (found === undefined) throw new Error(`There is no ${member}`)
        return found
      },
      pids: () => [...processes.values()].flatMap(({ pid }) => pid ?? []),
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

function settings(redisUrl: string, databaseUrl: string): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    VOICEBOX_API_KEY: apiKey,
    VOICEBOX_LOG_LEVEL: 'info',
    VOICEBOX_STT_ENGINE: 'stub',
    VOICEBOX_TTS_ENGINE: 'stub',
    VOICEBOX_STUB: JSON.stringify({ transcript: spokenWords, sttMs: 250, ttsFirstByteMs: 80, ttsRealtimeFactor: 0.15 }),
    VOICEBOX_LLM_PROVIDERS: JSON.stringify([model]),
    VOICEBOX_CLAIM_AFTER_MS: '2000',
    VOICEBOX_WORK_TIMEOUT_MS: '20000',
    VOICEBOX_SESSION_TTL_MS: String(sessionTtlMs),
    VOICEBOX_HEARTBEAT_MS: '10000',
    VOICEBOX_DRAIN_MS: String(drainMs),
    VOICEBOX_KEPT_AUDIO_MS: '20000',
    VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null }),
  }
}

/** The environment without settings that would leak into the installation. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VOICEBOX_|REDIS_URL|DATABASE_|VITEST|NODE_OPTIONS)/.test(name)),
  )
}
