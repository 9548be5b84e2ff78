import { wordErrorRate } from '@voicebox/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatSamples, samplesOf } from '@voicebox/audio'
import { type BetaClient, dialBeta, sockets, trust } from './support/openai-clients.ts'
import { frames, recording } from './support/recordings.ts'
import { append, hear } from './support/speech.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'
import { greeting, lastRequest, story, report, weatherTool } from './support/obliging-model.ts'

let served: ObligingStack
beforeAll(async () => {
  served = await startObligingStack()
  trust(served.stack)
})
afterAll(() => served.close())

const voice = {
  input_audio_format: 'pcm16' as const,
  output_audio_format: 'pcm16' as const,
  input_audio_transcription: { model: 'whisper-1' },
  turn_detection: { type: 'server_vad' as const, silence_duration_ms: 500 },
  voice: 'rms',
}

function message(text: string) {
  return {
    type: 'conversation.item.create' as const,
    item: { type: 'message' as const, role: 'user' as const, content: [{ type: 'input_text' as const, text }] },
  }
}

async function ask(client: BetaClient, words: string): Promise<void> {
  for (const frame of frames(await recording(words))) client.send(append(frame))
}

function heard(client: BetaClient, responseId: string | undefined): Promise<string> {
  const deltas = client.watch.of('response.audio.delta').filter((event) => event.response_id === responseId)
  return hear(concatSamples(deltas.map((event) => samplesOf(Buffer.from(event.delta, 'base64')))))
}

describe.each(sockets)('The beta client of openai on %s', (kind) => {
  it('types and reads', async () => {
    const client = await dialBeta(served.stack, kind)
    const { session } = await client.watch.next('session.created')
    expect(session).toMatchObject({ input_audio_format: 'pcm16', output_audio_format: 'pcm16' })
    expect(session.modalities?.toSorted()).toEqual(['audio', 'text'])
    client.send({ type: 'session.update', session: { modalities: ['text'], temperature: 0.7 } })
    expect((await client.watch.next('session.updated')).session).toMatchObject({
      modalities: ['text'],
      temperature: 0.7,
    })
    client.send(message('Good morning'))
    expect(await client.watch.next('conversation.item.created')).toMatchObject({
      item: { role: 'user', content: [{ type: 'input_text', text: 'Good morning' }] },
    })
    client.send({ type: 'response.create' })
    const { response } = await client.watch.next('response.done')
    const text = client.watch.of('response.text.delta').map((event) => event.delta)
    expect(text.join('')).toBe(greeting)
    expect(response).toMatchObject({
      status: 'completed',
      modalities: ['text'],
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'text', text: greeting }] }],
    })
    expect(lastRequest(served.chat).body['temperature']).toBe(0.7)
    expect(client.errors).toEqual([])
    await client.close()
  })

  it('speaks and listens', async () => {
    const client = await dialBeta(served.stack, kind)
    client.send({ type: 'session.update', session: voice })
    await ask(client, 'what time is it')
    const { transcript } = await client.watch.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe('what time is it')
    const { response } = await client.watch.next('response.done')
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'audio', transcript: greeting }] }],
    })
    expect((await client.watch.next('response.audio_transcript.done')).transcript).toBe(greeting)
    expect(wordErrorRate(greeting, await heard(client, response.id))).toBeLessThanOrEqual(0.3)
    expect(client.errors).toEqual([])
    await client.close()
  }, 60_000)

  it('is asked by voice, runs the function that the model calls, and hears the answer', async () => {
    const client = await dialBeta(served.stack, kind)
    client.send({ type: 'session.update', session: { ...voice, tools: [weatherTool], tool_choice: 'auto' } })
    await ask(client, 'what is the weather in paris now')
    const call = await client.watch.next('response.function_call_arguments.done')
    const { response: calling } = await client.watch.next('response.done')
    expect(call).toMatchObject({ arguments: '{"city":"paris"}', response_id: calling.id })
    expect(calling).toMatchObject({
      status: 'completed',
      output: [{ type: 'function_call', name: 'get_weather', call_id: call.call_id, arguments: call.arguments }],
    })
    const item = { type: 'function_call_output' as const, call_id: call.call_id, output: 'sunny' }
    client.send({ type: 'conversation.item.create', item })
    client.send({ type: 'response.create' })
    const { response } = await client.watch.next('response.done')
    expect(response.output).toMatchObject([{ content: [{ transcript: report('sunny') }] }])
    expect(client.errors).toEqual([])
    await client.close()
  }, 60_000)

  it('cancels an answer', async () => {
    const client = await dialBeta(served.stack, kind)
    client.send({ type: 'session.update', session: { modalities: ['text'] } })
    client.send(message('Tell me a story'))
    client.send({ type: 'response.create' })
    await client.watch.next('response.text.delta')
    client.send({ type: 'response.cancel' })
    const { response } = await client.watch.next('response.done')
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete' }],
    })
    const { text } = await client.watch.next('response.text.done')
    expect(story.startsWith(text)).toBe(true)
    expect(client.errors).toEqual([])
    await client.close()
  })
})
