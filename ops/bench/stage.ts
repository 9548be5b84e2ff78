import { apiKey, type Kind, startStack } from '../../apps/voicebox/e2e/support/stack.ts'
import { redisCli } from '../../apps/voicebox/e2e/support/redis-cli.ts'
import { cpuSeconds, residentBytes } from './process-use.ts'

/** How long the stubs take for what they do. */
export interface StubTimes {
  sttMs: number
  firstTokenMs: number
  tokensPerSecond: number
  ttsFirstByteMs: number
  ttsRealtimeFactor: number
  reply: string
}

/** Everything on one machine, its engines stubs: one Redis, one gateway, and one worker of each kind. */
export interface BenchStage {
  /** Of the gateway. */
  url: string
  key: string
  redisUrl: string
  /** CPU seconds of each process so far. */
  cpu(): Promise<Record<Part, number>>
  gatewayBytes(): Promise<number>
  /** The longest that the gateway's event loop stood still since it was last asked. */
  stalledMs(): Promise<number>
  close(): Promise<void>
}

const workers = ['stt', 'llm', 'tts'] as const satisfies Kind[]
export const parts = ['gateway', ...workers, 'redis'] as const
export type Part = (typeof parts)[number]

export async function openStage({ reply, firstTokenMs, tokensPerSecond, ...stub }: StubTimes): Promise<BenchStage> {
  const stack = await startStack({
    env: {
      VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', ...stub }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', name: 'stub', firstTokenMs, tokensPerSecond, reply }]),
      VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null }),
      VOICEBOX_CLAIM_AFTER_MS: '10000',
    },
    onLine: (kind, line) => {
      if (!line.startsWith('Warning: uWS')) process.stderr.write(`${kind}: ${line}\n`)
    },
  })
  const pidOf = (kind: Kind): number => stack.of(kind)[0]?.process.pid ?? 0
  const origin = stack.ws().replace('ws:', 'http:').replace('/v1/realtime', '')
  return {
    url: `${stack.ws()}?model=gpt-realtime`,
    key: apiKey,
    redisUrl: stack.redisUrl,
    async cpu() {
      const [gateway = 0, stt = 0, llm = 0, tts = 0] = await Promise.all(
        ['gateway' as const, ...workers].map((kind) => cpuSeconds(pidOf(kind))),
      )
      return { gateway, stt, llm, tts, redis: await redisSeconds(stack.redisUrl) }
    },
    gatewayBytes: () => residentBytes(pidOf('gateway')),
    async stalledMs() {
      const metrics = await (await fetch(`${origin}/metrics`)).text()
      const longest = Number(/^nodejs_eventloop_lag_max_seconds ([\d.e-]+)/m.exec(metrics)?.[1]) * 1_000
      return Math.max(0, longest - lookMs)
    },
    close: () => stack.close(),
  }
}

/** The loop is looked at so often, which is in what is found. */
const lookMs = 25

async function redisSeconds(url: string): Promise<number> {
  const info = await redisCli(url, 'INFO', 'cpu')
  return Number(/used_cpu_sys:([\d.]+)/.exec(info)?.[1]) + Number(/used_cpu_user:([\d.]+)/.exec(info)?.[1])
}
