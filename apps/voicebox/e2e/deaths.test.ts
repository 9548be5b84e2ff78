import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { redisCli } from './support/redis-cli.ts'
import { answerOf, say, silence, speak } from './support/speech.ts'
import { type Kind, type Stack, startStack } from './support/stack.ts'

const reply = 'Well, this is the first part of it. Here comes the second sentence of it. And the third one ends it.'

let stack: Stack
let whole: Int16Array

beforeAll(async () => {
  stack = await startStack({
    count: { gateway: 2, stt: 2, llm: 2, tts: 2 },
    env: {
      VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', sttMs: 800, ttsRealtimeFactor: 0.3 }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 200, reply }]),
    },
  })
  const client = await spokenTurn(0)
  await client.next('response.done')
  whole = answerOf(client)
  await client.close()
})
afterAll(() => stack.close())

/** Connects to a gateway and says something; the answer is on its way when this returns. */
async function spokenTurn(gateway: number): Promise<Client> {
  const client = await connect(stack.ws(gateway))
  client.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
  })
  await speak(client, await say('hello can you help me please'))
  await speak(client, silence(800))
  await client.next('response.created')
  return client
}

/** Asserts that a turn is whole: every event of it once, and the very audio that an undisturbed turn has. */
async function expectWholeTurn(client: Client): Promise<void> {
  const { response } = await client.next('response.done')
  expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: reply }] }] })
  expect(client.of('conversation.item.input_audio_transcription.completed')).toHaveLength(1)
  expect(client.of('response.created')).toHaveLength(1)
  expect(
    client
      .of('response.output_audio_transcript.delta')
      .map((event) => event.delta)
      .join(''),
  ).toBe(reply)
  expect(Buffer.compare(Buffer.from(answerOf(client).buffer), Buffer.from(whole.buffer))).toBe(0)
  expect(client.of('error')).toEqual([])
}

const redis = (...command: string[]): Promise<string> => redisCli(stack.redisUrl, ...command)

/** The process ids of the workers that hold jobs of a lane. */
async function holders(lane: string, group: string): Promise<number[]> {
  const pids = stack.members.map(({ process }) => process.pid ?? 0)
  const pending = await redis('XPENDING', lane, group, '-', '+', '100')
  return pids.filter((pid) => new RegExp(`:${pid}:`).test(pending))
}

/** Kills, as by kill -9, a worker that holds a job of the lane, and starts another in its place. */
async function killHolder(kind: Kind, lane: string): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const [pid] = await holders(lane, `${kind}-workers`)
    const victim = stack.members.find(({ process }) => process.pid === pid)
    if (victim !== undefined) {
      victim.process.kill('SIGKILL')
      break
    }
    if (Date.now() > deadline) throw new Error(`Nobody took a job from ${lane}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await stack.start(kind)
}

describe('Two gateways and two workers of each kind on one Redis', () => {
  it('share the turns', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, (_, at) => spokenTurn(at % 2)))
    const seen = new Set<number>()
    for (let at = 0; at < 60 && seen.size < 2; at += 1) {
      for (const pid of await holders('jobs:tts:stub', 'tts-workers')) seen.add(pid)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    for (const client of clients) {
      await expectWholeTurn(client)
      await client.close()
    }
    expect(seen.size).toBe(2)
  })

  it('survive kill -9 of the speech-to-text worker in mid-utterance: the client sees a whole turn', async () => {
    const client = await spokenTurn(1)
    await killHolder('stt', 'jobs:stt:stub')
    await expectWholeTurn(client)
    await client.close()
  })

  it('survive kill -9 of the text-to-speech worker in mid-answer: the client hears each chunk once', async () => {
    const client = await spokenTurn(0)
    await client.next('response.output_audio.delta')
    await killHolder('tts', 'jobs:tts:stub')
    await expectWholeTurn(client)
    await client.close()
  })

  it('miss nothing when the messages between them are lost', async () => {
    const client = await spokenTurn(0)
    let isDone = false
    const done = expectWholeTurn(client).finally(() => (isDone = true))
    let cuts = 0
    while (!isDone) {
      cuts += Number(await redis('CLIENT', 'KILL', 'TYPE', 'pubsub')) > 0 ? 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    await done
    expect(cuts).toBeGreaterThan(5)
    await client.close()
  })

  it('leave nothing in the lanes', async () => {
    for (const lane of ['jobs:stt:stub', 'jobs:llm:default', 'jobs:tts:stub']) {
      expect(await redis('XLEN', lane)).toBe('0')
    }
  })
})
