import { concatSamples } from '@voicebox/audio'
import { type Client, connect } from '../../apps/voicebox/e2e/support/client.ts'
import { redisCli } from '../../apps/voicebox/e2e/support/redis-cli.ts'
import { append, say, silence } from '../../apps/voicebox/e2e/support/speech.ts'
import { type Kind, type Stack, startStack } from '../../apps/voicebox/e2e/support/stack.ts'
import { cpuSeconds } from './cpu.ts'

const sessions = 10
const seconds = 20
const kinds: Kind[] = ['gateway', 'stt', 'llm', 'tts']
const columns = [...kinds, 'redis'] as const
const answer = 'This is one sentence of a long answer that nobody asked for. '.repeat(20)

/** CPU seconds of each process for a session-minute of silence, of speech, and of answer, with pocketsphinx and flite. */
export async function measureCost(): Promise<string> {
  const stack = await startStack({
    env: {
      VOICEBOX_STT_ENGINE: 'pocketsphinx',
      VOICEBOX_TTS_ENGINE: 'flite',
      VOICEBOX_CLAIM_AFTER_MS: '5000',
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 1_000, reply: answer }]),
    },
  })
  try {
    const sentence = await say("I would like to book an appointment for next Tuesday at three o'clock in the afternoon")
    const rows = [
      ['nothing (connected)', await cost(stack, null)],
      ['silence', await cost(stack, silence(1_000))],
      ['speech (VAD and recognition, no answer)', await cost(stack, concatSamples([sentence, silence(700)]))],
      ['answer (a minute of it heard)', await answerCost(stack)],
    ] as const
    const lines = rows.map(
      ([name, used]) => `| ${name} | ${columns.map((column) => used[column].toFixed(3)).join(' | ')} |`,
    )
    return [
      `| CPU s per session-minute of | ${columns.join(' | ')} |`,
      `|---|${columns.map(() => '---|').join('')}`,
      ...lines,
    ].join('\n')
  } finally {
    await stack.close()
  }
}

type Used = Record<(typeof columns)[number], number>

/** Keeps sessions busy with the audio, in real time over and over, and counts what each process used. */
async function cost(stack: Stack, audio: Int16Array | null): Promise<Used> {
  const clients = await Promise.all(Array.from({ length: sessions }, () => listener(stack)))
  const before = await used(stack)
  const frame = 960
  const startedAt = performance.now()
  for (let sentMs = 0; sentMs < seconds * 1_000; sentMs += 40) {
    if (audio !== null) {
      const at = (sentMs * 24) % (audio.length - frame)
      for (const client of clients) client.send(append(audio.subarray(at, at + frame)))
    }
    const dueMs = startedAt + sentMs + 40 - performance.now()
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs))
  }
  await Promise.all(clients.map((client) => client.close()))
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  return perMinute(before, await used(stack), (sessions * seconds) / 60)
}

async function answerCost(stack: Stack): Promise<Used> {
  const clients = await Promise.all(Array.from({ length: sessions }, () => listener(stack)))
  const before = await used(stack)
  let samples = 0
  for (const client of clients) {
    client.send({ type: 'response.create' })
    await client.next('response.done')
    samples += client.of('response.output_audio.delta').reduce((sum, event) => sum + (event.delta.length * 3) / 8, 0)
  }
  const after = await used(stack)
  await Promise.all(clients.map((client) => client.close()))
  return perMinute(before, after, samples / 24_000 / 60)
}

async function listener(stack: Stack): Promise<Client> {
  const client = await connect(stack.ws(), { waitMs: 120_000 })
  const turn_detection = { type: 'server_vad', create_response: false, silence_duration_ms: 500 }
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
  await client.next('session.updated')
  return client
}

async function used(stack: Stack): Promise<Used> {
  const entries = await Promise.all(
    kinds.map(async (kind) => [kind, await cpuSeconds(stack.of(kind)[0]?.process.pid ?? 0)] as const),
  )
  return Object.fromEntries([...entries, ['redis', await redisCpuSeconds(stack)]]) as Used
}

async function redisCpuSeconds(stack: Stack): Promise<number> {
  const info = await redisCli(stack.redisUrl, 'INFO', 'cpu')
  return Number(/used_cpu_sys:([\d.]+)/.exec(info)?.[1]) + Number(/used_cpu_user:([\d.]+)/.exec(info)?.[1])
}

function perMinute(before: Used, after: Used, minutes: number): Used {
  return Object.fromEntries(columns.map((column) => [column, (after[column] - before[column]) / minutes])) as Used
}
