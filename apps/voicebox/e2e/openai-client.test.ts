import { wordErrorRate } from '@voicebox/engines/testing'
import { type ChatServer, reply, startChatServer } from '@voicebox/llm-worker/testing'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatSamples, samplesOf } from '@voicebox/audio'
import { append, hear, say, silence } from './support/speech.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

const question = "I would like to book an appointment for next Tuesday at three o'clock in the afternoon"
const answer = 'I would like to book an appointment for next Tuesday.'

let chat: ChatServer
let stack: Stack

beforeAll(async () => {
  chat = await startChatServer(reply(answer))
  stack = await startStack({
    env: {
      VOICEBOX_STT_ENGINE: 'pocketsphinx',
      VOICEBOX_TTS_ENGINE: 'flite',
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ name: 'local', baseURL: chat.url, model: 'any' }]),
    },
  })
})
afterAll(async () => {
  await stack.close()
  await chat.close()
})

describe('The official openai client over TLS', () => {
  it('holds a spoken turn: heard by pocketsphinx, answered by the model, spoken by flite', async () => {
    const address = new URL(stack.wss())
    const openai = new OpenAI({ apiKey, baseURL: `https://localhost:${address.port}/v1` })
    const client = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: stack.ca } }, openai)
    const audio: Int16Array[] = []
    const order: string[] = []
    const done = new Promise<{ transcript: string; status: string | undefined }>((resolve, reject) => {
      let transcript = ''
      client.on('error', reject)
      client.on('event', (event) => order.push(event.type))
      client.on('conversation.item.input_audio_transcription.completed', (event) => (transcript = event.transcript))
      client.on('response.output_audio.delta', (event) => audio.push(samplesOf(Buffer.from(event.delta, 'base64'))))
      client.on('response.done', (event) => resolve({ transcript, status: event.response.status }))
    })
    await new Promise((resolve) => client.socket.once('open', resolve))
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: {
          input: {
            transcription: { model: 'whisper-1' },
            turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
          },
          output: { voice: 'rms' },
        },
      },
    })
    const speech = concatSamples([silence(300), await say(question, 'rms'), silence(1_500)])
    for (let at = 0; at < speech.length; at += 960) {
      client.send(append(speech.subarray(at, at + 960)))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { transcript, status } = await done
    client.close()

    expect(status).toBe('completed')
    expect(order).toContain('input_audio_buffer.speech_stopped')
    expect(wordErrorRate(question, transcript)).toBeLessThanOrEqual(0.2)
    expect(chat.requests.at(-1)?.messages.at(-1)).toEqual({ role: 'user', content: transcript })
    expect(wordErrorRate(answer, await hear(concatSamples(audio)))).toBeLessThanOrEqual(0.3)
  }, 60_000)
})
