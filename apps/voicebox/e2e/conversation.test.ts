import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect, summary } from './support/client.ts'
import { answerOf, append, say, silence, speak } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

const reply = 'First of all, hello. This is the second sentence.'

describe.each(['uws', 'ws'])('A conversation over %s', (transport) => {
  let stack: Stack
  let client: Client

  beforeAll(async () => {
    stack = await startStack({
      env: {
        VOICEBOX_TRANSPORT: transport,
        VOICEBOX_STUB: JSON.stringify({ transcript: 'what time is it', sttMs: 20, ttsFirstByteMs: 5 }),
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'stub', tokensPerSecond: 500, reply }]),
      },
    })
  })
  afterAll(() => stack.close())

  async function greeted(): Promise<Client> {
    client = await connect(stack.ws())
    await client.next('session.created')
    return client
  }

  it('in text has the order of events that the protocol tells', async () => {
    await greeted()
    client.send({
      type: 'session.update',
      session: { type: 'realtime', output_modalities: ['text'], instructions: 'Be brief.' },
    })
    client.send({
      type: 'conversation.item.create',
      item: { id: 'mine', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    })
    client.send({ type: 'response.create', response: { metadata: { client_event_id: '7' } } })
    const done = await client.next('response.done')
    const untilDone = client.events.slice(0, client.events.indexOf(done) + 1)
    expect(summary(untilDone).replace(/ ×\d+/, '')).toBe(
      'session.created, conversation.created, session.updated, conversation.item.added, conversation.item.done, response.created, rate_limits.updated, ' +
        'response.output_item.added, conversation.item.added, response.content_part.added, response.output_text.delta, ' +
        'response.output_text.done, response.content_part.done, conversation.item.done, response.output_item.done, response.done',
    )
    expect(
      client
        .of('response.output_text.delta')
        .map((event) => event.delta)
        .join(''),
    ).toBe(reply)
    expect(done.response).toMatchObject({
      status: 'completed',
      status_details: null,
      metadata: { client_event_id: '7' },
      output: [
        { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: reply }] },
      ],
    })
    const { usage } = done.response
    expect(usage).toMatchObject({ output_token_details: { audio_tokens: 0 } })
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0))
    await client.close()
  })

  it('by voice finds the turn, transcribes it and answers in audio, in the order that the protocol tells', async () => {
    await greeted()
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
    })
    await speak(client, silence(500))
    await speak(client, await say('hello can you help me please'))
    await speak(client, silence(1_500))
    const done = await client.next('response.done')
    const transcript = await client.next('conversation.item.input_audio_transcription.completed')
    const order = client.events
      .map((event) => event.type)
      .filter((type) => !/transcription|delta|rate_limits/.test(type))
      .join(', ')
    expect(order).toBe(
      'session.created, conversation.created, session.updated, input_audio_buffer.speech_started, input_audio_buffer.speech_stopped, ' +
        'input_audio_buffer.committed, conversation.item.added, conversation.item.done, response.created, ' +
        'response.output_item.added, conversation.item.added, response.content_part.added, response.output_audio.done, ' +
        'response.output_audio_transcript.done, response.content_part.done, conversation.item.done, response.output_item.done, response.done',
    )
    const started = client.of('input_audio_buffer.speech_started')[0]
    const stopped = client.of('input_audio_buffer.speech_stopped')[0]
    expect(started?.audio_start_ms).toBeGreaterThan(100)
    expect(started?.audio_start_ms).toBeLessThan(700)
    expect(stopped?.audio_end_ms).toBeGreaterThan(1_500)
    expect(transcript).toMatchObject({
      item_id: started?.item_id,
      transcript: 'what time is it',
      usage: { type: 'duration' },
    })
    expect(done.response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: reply }] }],
    })
    expect(answerOf(client).length).toBeGreaterThan(24_000)
    expect(done.response.usage?.output_token_details.audio_tokens).toBe(Math.ceil(answerOf(client).length / 24 / 50))
    await client.close()
  })

  it('by push-to-talk commits when told, and answers when asked', async () => {
    await greeted()
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } })
    await speak(client, await say('hello can you help me please'))
    client.send({ type: 'input_audio_buffer.commit' })
    const committed = await client.next('input_audio_buffer.committed')
    await client.next('conversation.item.done', (event) => event.item.id === committed.item_id)
    client.send({ type: 'response.create' })
    await client.next('response.done')
    expect(client.of('input_audio_buffer.speech_started')).toEqual([])
    expect(client.of('response.created')).toHaveLength(1)
    await client.close()
  })

  it('with create_response off only listens', async () => {
    await greeted()
    const turn_detection = { type: 'server_vad', create_response: false }
    const input = { turn_detection, transcription: { model: 'whisper-1' } }
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
    await speak(client, await say('hello can you help me please'))
    await speak(client, silence(1_000))
    await client.next('conversation.item.input_audio_transcription.completed')
    expect(client.of('response.created')).toEqual([])
    await client.close()
  })

  it('waits as long as silence_duration_ms says', async () => {
    const speech = await say('hello can you help me please')
    const ends: number[] = []
    for (const silence_duration_ms of [200, 900]) {
      await greeted()
      const turn_detection = { type: 'server_vad', silence_duration_ms, create_response: false }
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
      await speak(client, speech)
      await speak(client, silence(2_000))
      ends.push((await client.next('input_audio_buffer.speech_stopped')).audio_end_ms)
      await client.close()
    }
    expect((ends[1] ?? 0) - (ends[0] ?? 0)).toBeGreaterThan(650)
    expect((ends[1] ?? 0) - (ends[0] ?? 0)).toBeLessThan(750)
  })

  it('keeps prefix_padding_ms of what came before the speech', async () => {
    const speech = await say('hello can you help me please')
    const starts: number[] = []
    for (const prefix_padding_ms of [0, 400]) {
      await greeted()
      const turn_detection = { type: 'server_vad', prefix_padding_ms, create_response: false }
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
      await speak(client, silence(1_000))
      await speak(client, speech)
      starts.push((await client.next('input_audio_buffer.speech_started')).audio_start_ms)
      await client.close()
    }
    expect((starts[0] ?? 0) - (starts[1] ?? 0)).toBe(400)
  })

  it('hears nothing below the threshold', async () => {
    await greeted()
    const speech = await say('hello can you help me please')
    const turn_detection = { type: 'server_vad', threshold: 1 }
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
    await speak(client, speech)
    await speak(client, silence(1_000))
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    expect(client.of('input_audio_buffer.speech_started')).toEqual([])
    await client.close()
  })

  it('commits exactly the audio that came before the commit, however the frames are sent', async () => {
    await greeted()
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } })
    client.send(append(silence(99)))
    client.send({ type: 'input_audio_buffer.commit', event_id: 'short' })
    client.send(append(silence(1)))
    client.send({ type: 'input_audio_buffer.commit', event_id: 'whole' })
    await client.next('input_audio_buffer.committed')
    expect(client.of('error').map((event) => event.error.event_id)).toEqual(['short'])
    await client.close()
  })
})
