import { concatSamples } from '@voicebox/audio'
import type { ServerEvent } from '@voicebox/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { answerOf, append, say, silence } from './support/speech.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

/** One segment, however quickly it comes: where an answer is cut depends on the time that its words take. */
const reply = 'This is one sentence without a pause that takes some time to be spoken from its first word to its last'

let stack: Stack
let frames: Int16Array[]

beforeAll(async () => {
  stack = await startStack({
    count: { gateway: 2 },
    env: {
      VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', sttMs: 200, ttsRealtimeFactor: 0.3 }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 200, reply }]),
    },
  })
  const samples = concatSamples([silence(1_500), await say('hello can you help me please'), silence(1_500)])
  frames = Array.from({ length: Math.ceil(samples.length / 960) }, (_, at) =>
    samples.subarray(at * 960, (at + 1) * 960),
  )
})
afterAll(() => stack.close())

const sessionOf = (client: Client): string => {
  const [created] = client.of('session.created')
  return created?.session.id ?? expect.fail('No session was created')
}

const lastEventOf = ({ events }: Pick<Client, 'events'>): string => events.at(-1)?.event_id ?? ''

interface Return {
  gateway?: number
  sentEvents?: number
  lastEventId?: string
}

/** Comes back to the session of a client, on another gateway unless said otherwise. */
function resume(client: Client, { gateway = 1, sentEvents, lastEventId }: Return = {}): Promise<Client> {
  const query = new URLSearchParams({
    session_id: sessionOf(client),
    last_event_id: lastEventId ?? lastEventOf(client),
    ...(sentEvents === undefined ? {} : { sent_events: String(sentEvents) }),
  })
  return connect(stack.ws(gateway), { query: `?${query.toString()}` })
}

/** What came on all connections, less what only says that the session goes on. */
const together = (...clients: Client[]): ServerEvent[] =>
  clients.flatMap(({ events }) => events).filter(({ type }) => type !== 'session.resumed')

async function ask(client: Client): Promise<void> {
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What time is it?' }] },
  })
  client.send({ type: 'response.create' })
  await client.next('response.created')
}

/** Kills, as by kill -9, the first gateway, and starts another in its place. */
async function killFirstGateway(): Promise<void> {
  const [first] = stack.of('gateway')
  if (first === undefined) return
  stack.members.splice(stack.members.indexOf(first), 1)
  first.process.kill('SIGKILL')
}

/** The audio of an undisturbed answer. */
async function undisturbed(): Promise<Int16Array> {
  const client = await connect(stack.ws(stack.of('gateway').length - 1))
  await ask(client)
  await client.next('response.done')
  await client.close()
  return answerOf(client)
}

function expectEachOnce(events: readonly ServerEvent[]): void {
  const ids = events.map(({ event_id }) => event_id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual([...ids].sort()) // digits before capitals before small letters, as in ASCII
}

describe('A session whose gateway dies', () => {
  it('goes on elsewhere in the midst of an answer: nothing twice, nothing missed', async () => {
    const whole = await undisturbed()
    const client = await connect(stack.ws(0))
    await ask(client)
    await client.next('response.output_audio.delta')
    await killFirstGateway()
    await client.closed
    await stack.start('gateway')
    const again = await resume(client, { gateway: 0 })
    const { response } = await again.next('response.done')
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: reply }] }] })
    const events = together(client, again)
    expectEachOnce(events)
    const audio = concatSamples([answerOf(client), answerOf(again)])
    expect(audio.length).toBe(whole.length)
    expect(audio.findIndex((sample, at) => sample !== whole[at])).toBe(-1)
    expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'error')).toEqual([])
    await ask(again)
    await again.next('response.done')
    await again.close()
  })

  it('goes on in the midst of an utterance, with the audio that the client sends again', async () => {
    const client = await connect(stack.ws(0))
    const config = { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } }
    const sent: object[] = [{ type: 'session.update', session: config }, ...frames.map(append)]
    const half = Math.floor(sent.length / 2)
    for (const event of sent.slice(0, half)) client.send(event)
    const { item_id } = await client.next('input_audio_buffer.speech_started')
    await killFirstGateway()
    await client.closed
    await stack.start('gateway')
    const again = await resume(client, { gateway: 0, sentEvents: half })
    const { received } = await again.next('session.resumed')
    expect(received.events).toBeLessThanOrEqual(half)
    for (const event of sent.slice(received.events)) again.send(event)
    await again.next('response.done')
    const events = together(client, again)
    expectEachOnce(events)
    const count = (type: string): number => events.filter((event) => event.type === type).length
    for (const type of [
      'session.updated',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.input_audio_transcription.completed',
      'response.created',
    ])
      expect(count(type), type).toBe(1)
    again.send({ type: 'conversation.item.retrieve', item_id })
    const { item } = await again.next('conversation.item.retrieved')
    const base64 = item.type === 'message' && item.content[0]?.type === 'input_audio' ? item.content[0].audio : ''
    const started = events.find(({ type }) => type === 'input_audio_buffer.speech_started')
    const stopped = events.find(({ type }) => type === 'input_audio_buffer.speech_stopped')
    const spokenMs =
      started?.type === 'input_audio_buffer.speech_started' && stopped?.type === 'input_audio_buffer.speech_stopped'
        ? stopped.audio_end_ms - started.audio_start_ms
        : 0
    expect(Buffer.from(base64 ?? '', 'base64').length / 48).toBeCloseTo(spokenMs, -1)
    await again.close()
  })
})

describe('A session that is resumed', () => {
  it('is taken from the connection that had it', async () => {
    const client = await connect(stack.ws(0))
    await client.next('session.created')
    const again = await resume(client)
    const { session, received } = await again.next('session.resumed')
    expect(session.id).toBe(sessionOf(client))
    expect(received).toEqual({ events: 0, audio_from: 1 })
    expect(await client.closed).toMatchObject({ code: 4001 })
    expect(client.of('error')).toMatchObject([{ error: { code: 'session_resumed_elsewhere' } }])
    await ask(again)
    await again.next('response.done')
    await again.close()
  })

  it('tells all that was sent since, in the order of its numbers', async () => {
    const client = await connect(stack.ws(0))
    await ask(client)
    await client.next('response.done')
    const [first] = client.of('session.created')
    client.socket.terminate()
    const again = await resume(client, { lastEventId: first?.event_id ?? '' })
    const missed = client.events.filter(({ event_id }) => event_id !== first?.event_id)
    await again.next('response.done')
    expect(together(again).slice(0, missed.length)).toEqual(missed)
    await again.close()
  })

  it('ends with a clean close, and is nobody’s else', async () => {
    const client = await connect(stack.ws(0))
    await client.next('session.created')
    const query = `?session_id=${sessionOf(client)}`
    const stranger = await connect(stack.ws(1), { query, key: 'sk-somebody-else' })
    expect(await stranger.closed).toMatchObject({ code: 3000 })
    for (const [lastEventId, code] of [
      ['event_nobodyknows0000', 'event_not_found'],
      [lastEventOf(client).replace(/.{6}$/, 'zzzzzz'), 'event_not_found'],
    ] as const) {
      const lost = await resume(client, { lastEventId })
      expect(await lost.closed).toMatchObject({ code: 4000 })
      expect(lost.of('error')).toMatchObject([{ error: { code } }])
    }
    const back = await connect(stack.ws(1), { query, key: apiKey })
    await back.next('session.resumed')
    await back.close()
    const late = await connect(stack.ws(1), { query })
    expect(await late.closed).toMatchObject({ code: 4000 })
    expect(late.of('error')).toMatchObject([{ error: { code: 'session_not_found' } }])
  })

  it('may be resumed by the secret that opened it, though that opens no other', async () => {
    const answer = await fetch(
      `${stack.ws(0).replace('ws:', 'http:').replace('/realtime', '')}/realtime/client_secrets`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ session: { type: 'realtime', model: 'gpt-realtime' }, single_use: true }),
      },
    )
    const { value: key } = (await answer.json()) as { value: string }
    const client = await connect(stack.ws(0), { key, query: '' })
    await client.next('session.created')
    client.socket.terminate()
    const query = `?session_id=${sessionOf(client)}`
    const again = await connect(stack.ws(1), { key, query })
    await again.next('session.resumed')
    await again.close()
  })
})

describe('A gateway that is asked to leave', () => {
  it('lets answers end, tells its clients to come back, and takes no new ones', async () => {
    const leaving = await stack.start('gateway')
    const url = leaving.urls[0] ?? ''
    const [idle, busy] = [await connect(url), await connect(url)]
    await idle.next('session.created')
    await ask(busy)
    leaving.process.kill('SIGTERM')
    expect(await idle.closed).toMatchObject({ code: 1012, reason: expect.stringContaining('resume') as string })
    await expect(connect(url)).rejects.toThrow('503')
    await busy.next('response.done')
    expect(await busy.closed).toMatchObject({ code: 1012 })
    for (const client of [idle, busy]) {
      const again = await resume(client, { gateway: 0 })
      await again.next('session.resumed')
      await ask(again)
      await again.next('response.done')
      expectEachOnce(together(client, again))
      await again.close()
    }
  })
})
