import { type ChatServer, startChatServer } from '@voicebox/llm-worker/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './support/client.ts'
import { redisCli } from './support/redis-cli.ts'
import { say, silence, speak } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

let chat: ChatServer
let stack: Stack
const words = Array.from({ length: 400 }, (_, at) => (at % 8 === 7 ? ' stop.' : ' word'))

beforeAll(async () => {
  chat = await startChatServer({ kind: 'reply', chunks: words, chunkMs: 20 })
  stack = await startStack({
    env: {
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ name: 'local', baseURL: chat.url, model: 'any' }]),
      VOICEBOX_STUB: JSON.stringify({ transcript: 'hello', ttsRealtimeFactor: 0.5 }),
      VOICEBOX_TTS_ENGINE: 'stub',
    },
  })
})
afterAll(async () => {
  await stack.close()
  await chat.close()
})

describe('Barge-in', () => {
  it('ends the answer at once: cancelled, turn_detected, no delta after it, and the workers stop', async () => {
    const client = await connect(stack.ws())
    await client.next('session.created')
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Talk' }] },
    })
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    await client.next('response.output_audio.delta')
    expect(chat.openTurns()).toBe(1)
    expect(await redisCli(stack.redisUrl, 'XLEN', 'jobs:tts:stub')).not.toBe('0')

    await speak(client, await say('hello can you help me please'), 0.25)
    const started = await client.next('input_audio_buffer.speech_started')
    const done = await client.next('response.done')
    expect(done.response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    })
    const at = client.events.indexOf(started)
    const closing = client.events.slice(at, client.events.indexOf(done) + 1).map((event) => event.type)
    expect(closing).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ])

    // The language worker has hung up on its provider, and no synthesis worker has or gets anything to do.
    expect(await chat.requests[0]?.ended).toBe('client left')
    await expect.poll(() => redisCli(stack.redisUrl, 'XLEN', 'jobs:tts:stub')).toBe('0')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const later = client.events.slice(client.events.indexOf(done) + 1)
    expect(later.filter((event) => 'response_id' in event && event.response_id === done.response.id)).toEqual([])

    // The workers are free: the next answer comes as quickly as the first.
    await speak(client, silence(1_500))
    await client.next('response.created', (event) => event.response.id !== done.response.id)
    await client.next('response.output_audio.delta', (event) => event.response_id !== done.response.id)
    await client.close()
  })

  it('with interrupt_response off lets the answer go on, and refuses a second one', async () => {
    const client = await connect(stack.ws())
    const turn_detection = { type: 'server_vad', interrupt_response: false }
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    await speak(client, await say('hello can you help me please'))
    await speak(client, silence(1_000))
    await client.next('input_audio_buffer.committed')
    const { error } = await client.next('error')
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: null })
    client.send({ type: 'response.cancel' })
    const { response } = await client.next('response.done')
    expect(response.status_details).toEqual({ type: 'cancelled', reason: 'client_cancelled' })
    await client.close()
  })

  it('leaves no work behind when the client ends its session in mid-answer', async () => {
    const client = await connect(stack.ws())
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    await client.close()
    expect(await chat.requests.at(-1)?.ended).toBe('client left')
  })
})
