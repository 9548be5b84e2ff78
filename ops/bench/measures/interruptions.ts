import { startChatServer } from '@voicebox/llm-worker/testing'
import { type Client, connect } from '../../../apps/voicebox/e2e/support/client.ts'
import { append, say } from '../../../apps/voicebox/e2e/support/speech.ts'
import { startStack } from '../../../apps/voicebox/e2e/support/stack.ts'
import type { Bench } from '../measure.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const sessions = 50
const rounds = 2
const frameMs = 40

/**
 * How soon an answer ends that the client cancels or speaks over, with 50 sessions that are all being answered: the stub
 * speaks in real time, the language provider is an HTTP server that goes on for a minute.
 */
export async function measureInterruptions({ say: tell }: Bench): Promise<readonly Table[]> {
  tell(`interruptions: ${sessions} sessions that are being answered`)
  const words = Array.from({ length: 3_000 }, (_, at) => (at % 12 === 11 ? ' stop.' : ' word'))
  const chat = await startChatServer({ kind: 'reply', chunks: words, chunkMs: 20 })
  const stack = await startStack({
    env: {
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ name: 'local', baseURL: chat.url, model: 'any' }]),
      VOICEBOX_STUB: JSON.stringify({ transcript: 'hello', ttsRealtimeFactor: 1 }),
      VOICEBOX_CLAIM_AFTER_MS: '10000',
      VOICEBOX_RATE_LIMITS: JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null }),
    },
  })
  const rows: Record<string, number[]> = {
    'response.cancel → last audio delta': [],
    'response.cancel → the language worker has hung up': [],
    'first frame of speech → speech_started': [],
    'speech_started → last audio delta': [],
    'speech_started → the language worker has hung up': [],
  }
  const note = (name: string, ms: number): void => void rows[name]?.push(ms)

  async function round(client: Client, name: string, speech: Int16Array, speaks: boolean): Promise<void> {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: name }] }
    client.send({ type: 'conversation.item.create', item })
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    await pause(500 + Math.random() * 1_000)
    let lastDeltaMs = 0
    let startedMs = 0
    client.socket.on('message', (data: Buffer) => {
      const head = data.toString('utf8', 0, 60)
      if (head.includes('output_audio.delta')) lastDeltaMs = performance.now()
      if (head.includes('speech_started')) startedMs = performance.now()
    })
    const hungUp = chat.requests
      .find(({ messages }) => messages.some(({ content }) => content === name))
      ?.ended.then(() => performance.now())
    const fromMs = performance.now()
    if (speaks) {
      for (let at = 0; startedMs === 0 && at < speech.length; at += frameMs * 24) {
        client.send(append(speech.subarray(at, at + frameMs * 24)))
        await pause(frameMs)
      }
    } else {
      client.send({ type: 'response.cancel' })
    }
    await client.next('response.done')
    await pause(1_000) // whatever might come late
    const since = speaks ? startedMs : fromMs
    const what = speaks ? 'speech_started' : 'response.cancel'
    if (speaks) note('first frame of speech → speech_started', startedMs - fromMs)
    note(`${what} → last audio delta`, Math.max(0, lastDeltaMs - since))
    note(`${what} → the language worker has hung up`, ((await hungUp) ?? Number.NaN) - since)
    client.socket.removeAllListeners('message')
  }

  try {
    const speech = await say('hello can you help me please')
    for (let at = 0; at < rounds; at += 1) {
      await Promise.all(
        Array.from({ length: sessions }, async (_, session) => {
          const client = await connect(stack.ws(), { waitMs: 120_000 })
          await round(client, `session ${session} round ${at}`, speech, at % 2 === 1)
          await client.close()
        }),
      )
    }
  } finally {
    await stack.close()
    await chat.close()
  }
  return [
    {
      title: `Interruptions (${sessions} sessions that are being answered, in real time)`,
      columns: ['from → to', 'times', 'p50, ms', 'p99, ms', 'most, ms'],
      rows: Object.entries(rows).map(([name, times]): Cell[] => [
        name,
        times.length,
        percentile(times, 0.5),
        percentile(times, 0.99),
        percentile(times, 1),
      ]),
      notes: [
        'Half of the answers are cancelled, half are spoken over. Audio that is on its way when a client hears of it counts as late.',
      ],
    },
  ]
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
