import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatSamples } from '@voicebox/audio'
import { say, silence } from './support/speech.ts'
import { apiKey, type Stack, startStack } from './support/stack.ts'

interface Parsed {
  isGeneric: boolean
  data: { type: string } | null
}
/** The SDK's own validation, which it does not export: an event that fails it is silently lost to its user. */
const validation = new URL(
  '../../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs',
  import.meta.url,
)
const { parseRealtimeEvent } = (await import(validation.href)) as {
  parseRealtimeEvent(event: { data: string }): Parsed
}

const answer = 'It is three. Anything else?'
let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    env: {
      VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it' }),
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', reply: answer }]),
    },
  })
})
afterAll(() => stack.close())

describe('@openai/agents-realtime over WebSocket', () => {
  it('holds a text turn and an audio turn without an error, and every event passes its validation', async () => {
    const transport = new OpenAIRealtimeWebSocket({ url: `${stack.ws()}?model=gpt-realtime` })
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Assistant', instructions: 'Be kind.' }), {
      transport,
      model: 'gpt-realtime',
    })
    const events: { type: string }[] = []
    const errors: unknown[] = []
    let audioBytes = 0
    let turns = 0
    const waiting = new Map<number, () => void>()
    transport.on('*', (event: { type: string }) => {
      events.push(event)
      if (event.type === 'response.done') waiting.get((turns += 1))?.()
    })
    session.on('error', (error) => errors.push(error))
    session.on('audio', (event) => (audioBytes += event.data.byteLength))
    const turn = (n: number): Promise<void> => new Promise((resolve) => waiting.set(n, resolve))

    const firstTurn = turn(1)
    await session.connect({ apiKey })
    session.sendMessage('What time is it?')
    await firstTurn
    await new Promise((resolve) => setTimeout(resolve, 2_500)) // until it was played, so that the next turn is no interruption

    const secondTurn = turn(2)
    const speech = concatSamples([silence(300), await say('hello can you help me please'), silence(2_500)])
    for (let at = 0; at < speech.length; at += 2_400) session.sendAudio(speech.slice(at, at + 2_400).buffer)
    await secondTurn
    await new Promise((resolve) => setTimeout(resolve, 300))
    session.close()

    expect(errors).toEqual([])
    expect(events.filter((event) => event.type === 'error')).toEqual([])
    const lost = events.filter((event) => parseRealtimeEvent({ data: JSON.stringify(event) }).isGeneric)
    expect(lost.map((event) => event.type)).toEqual([])
    expect(events.map((event) => event.type)).toContain('input_audio_buffer.speech_stopped')
    expect(audioBytes).toBeGreaterThan(48_000)
    const said = session.history.map((item) =>
      item.type === 'message'
        ? [
            item.role,
            item.content.map((part) => ('transcript' in part ? part.transcript : 'text' in part ? part.text : '')),
          ]
        : [],
    )
    expect(said).toEqual([
      ['user', ['What time is it?']],
      ['assistant', [answer]],
      ['user', ['what time is it']],
      ['assistant', [answer]],
    ])
  })
})
