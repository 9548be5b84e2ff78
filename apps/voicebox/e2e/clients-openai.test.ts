import { wordErrorRate } from '@voicebox/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatSamples, samplesOf } from '@voicebox/audio'
import { greeting, lastRequest, story, report, weatherTool } from './support/obliging-model.ts'
import { dial, type GaClient, restOf, sockets, trust } from './support/openai-clients.ts'
import { frames, recording } from './support/recordings.ts'
import { append, hear } from './support/speech.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'

let served: ObligingStack
beforeAll(async () => {
  served = await startObligingStack()
  trust(served.stack)
})
afterAll(() => served.close())

const voice = {
  input: {
    transcription: { model: 'whisper-1' },
    turn_detection: { type: 'server_vad' as const, silence_duration_ms: 500 },
  },
  output: { voice: 'rms' },
}

/** What the user says or types. */
function message(text: string) {
  return {
    type: 'conversation.item.create' as const,
    item: { type: 'message' as const, role: 'user' as const, content: [{ type: 'input_text' as const, text }] },
  }
}

async function ask(client: GaClient, words: string): Promise<void> {
  for (const frame of frames(await recording(words))) client.send(append(frame))
}

/** What the client heard of a response. */
function heard(client: GaClient, responseId: string | undefined): Promise<string> {
  const deltas = client.watch.of('response.output_audio.delta').filter((event) => event.response_id === responseId)
  return hear(concatSamples(deltas.map((event) => samplesOf(Buffer.from(event.delta, 'base64')))))
}

describe.each(sockets)('The openai client on %s', (kind) => {
  it('types and reads', async () => {
    const client = await dial(served.stack, kind)
    const session = { type: 'realtime' as const, output_modalities: ['text' as const], instructions: 'Be brief.' }
    client.send({ type: 'session.update', session })
    client.send(message('Good morning'))
    client.send({ type: 'response.create', response: { metadata: { topic: 'greeting' } } })
    const { response } = await client.watch.next('response.done')
    const text = client.watch.of('response.output_text.delta').map((event) => event.delta)
    expect(text.join('')).toBe(greeting)
    expect(response).toMatchObject({
      status: 'completed',
      metadata: { topic: 'greeting' },
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: greeting }] }],
    })
    expect(lastRequest(served.chat).messages).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Good morning' },
    ])
    expect(client.errors).toEqual([])
    await client.close()
  })

  it('speaks and listens', async () => {
    const client = await dial(served.stack, kind)
    client.send({ type: 'session.update', session: { type: 'realtime', audio: voice } })
    await ask(client, 'what time is it')
    const { transcript } = await client.watch.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe('what time is it')
    const { response } = await client.watch.next('response.done')
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: greeting }] }] })
    expect(wordErrorRate(greeting, await heard(client, response.id))).toBeLessThanOrEqual(0.3)
    expect(client.errors).toEqual([])
    await client.close()
  }, 60_000)

  it('is asked by voice, runs the function that the model calls, and hears the answer', async () => {
    const client = await dial(served.stack, kind)
    client.send({ type: 'session.update', session: { type: 'realtime', audio: voice, tools: [weatherTool] } })
    await ask(client, 'what is the weather in paris now')
    const call = await client.watch.next('response.function_call_arguments.done')
    const { response: calling } = await client.watch.next('response.done')
    expect(call).toMatchObject({ name: 'get_weather', arguments: '{"city":"paris"}', response_id: calling.id })
    const deltas = client.watch.of('response.function_call_arguments.delta').map((event) => event.delta)
    expect(deltas.join('')).toBe(call.arguments)
    expect(calling).toMatchObject({
      status: 'completed',
      output: [{ type: 'function_call', id: call.item_id, call_id: call.call_id, status: 'completed' }],
    })

    const item = { type: 'function_call_output' as const, call_id: call.call_id, output: 'sunny' }
    client.send({ type: 'conversation.item.create', item })
    client.send({ type: 'response.create' })
    const { response } = await client.watch.next('response.done')
    expect(response.output).toMatchObject([{ content: [{ transcript: report('sunny') }] }])
    expect(client.errors).toEqual([])
    await client.close()
  }, 60_000)

  it('cancels an answer, and is told where there is none to cancel', async () => {
    const client = await dial(served.stack, kind)
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    client.send(message('Tell me a story'))
    client.send({ type: 'response.create' })
    await client.watch.next('response.output_text.delta')
    client.send({ type: 'response.cancel' })
    const { response } = await client.watch.next('response.done')
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete' }],
    })
    const { text } = await client.watch.next('response.output_text.done')
    expect(story.startsWith(text)).toBe(true)
    expect(text.length).toBeLessThan(story.length)

    client.send({ type: 'response.cancel', event_id: 'late' })
    await client.watch.next('error')
    expect(client.errors).toMatchObject([{ error: { code: 'response_cancel_not_active', event_id: 'late' } }])
    await client.close()
  })

  it('connects with an ephemeral secret, and has the session that the secret was made for', async () => {
    const secret = await restOf(served.stack).realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: {
        type: 'realtime',
        model: 'gpt-realtime',
        instructions: 'Speak like a pirate.',
        output_modalities: ['text'],
        tools: [weatherTool],
      },
    })
    expect(secret.value).toMatch(/^ek_/)
    expect(secret.expires_at * 1_000).toBeGreaterThan(Date.now())
    const client = await dial(served.stack, kind, secret.value)
    const { session } = await client.watch.next('session.created')
    expect(session).toMatchObject({
      instructions: 'Speak like a pirate.',
      output_modalities: ['text'],
      tools: [weatherTool],
    })
    client.send(message('Good morning'))
    client.send({ type: 'response.create' })
    const { response } = await client.watch.next('response.done')
    expect(response.output).toMatchObject([{ content: [{ type: 'output_text', text: greeting }] }])
    expect(lastRequest(served.chat).messages[0]).toMatchObject({ role: 'system', content: 'Speak like a pirate.' })
    expect(client.errors).toEqual([])
    await client.close()
  })
})
