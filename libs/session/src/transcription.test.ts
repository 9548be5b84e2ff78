import type { Transcription } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { lastEntry, respond, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

const transcription: Transcription = { model: 'whisper-1', language: null, prompt: null }

/** A session that tells words, whose user has begun to speak; answers the utterance's id. */
function listening(settlesWords: boolean, include = false): { simulation: Simulation; itemId: string } {
  const simulation = new Simulation({ transcribesLive: true, settlesWords })
  update(simulation, {
    audio: { input: { transcription } },
    ...(include ? { include: ['item.input_audio_transcription.logprobs' as const] } : {}),
  })
  simulation.feed({ kind: 'audio_heard', ms: 1_000 })
  simulation.feed({ kind: 'speech_started', startMs: 100 })
  return { simulation, itemId: simulation.state.buffer.itemId ?? '' }
}

const delta = { type: 'conversation.item.input_audio_transcription.delta', content_index: 0 }
const completed = { type: 'conversation.item.input_audio_transcription.completed', content_index: 0 }

describe('The words of an utterance', () => {
  it('are asked for with the language and the hints of the session', () => {
    const simulation = new Simulation()
    update(simulation, {
      include: ['item.input_audio_transcription.logprobs'],
      audio: { input: { transcription: { model: 'whisper-1', language: 'de', prompt: 'Namen' } } },
    })
    const itemId = simulation.speak()
    expect(simulation.effects.filter(({ kind }) => kind === 'transcribe')).toMatchObject([
      { request: { itemId, language: 'de', prompt: 'Namen', wantsLogprobs: true } },
    ])
  })

  it('are told once it is an item, as they come, and then as a whole', () => {
    const { simulation, itemId } = listening(true)
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'good' })).toEqual([])
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'good day' })).toEqual([])
    const stopped = sentIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_000 }))
    expect(stopped.map(({ type }) => type)).toEqual([
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.delta',
      'response.created',
    ])
    expect(stopped[4]).toEqual({ ...delta, item_id: itemId, delta: 'good day' })
    const more = simulation.feed({ kind: 'transcript_interim', itemId, text: 'good day to' })
    expect(sentIn(more)).toEqual([{ ...delta, item_id: itemId, delta: ' to' }])
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'good day to' })).toEqual([])
    const final = simulation.feed({ kind: 'transcript_final', itemId, text: 'good day to you', audioMs: 900 })
    expect(sentIn(final)).toEqual([
      { ...delta, item_id: itemId, delta: ' you' },
      {
        ...completed,
        item_id: itemId,
        transcript: 'good day to you',
        usage: { type: 'duration', seconds: 0.9 },
      },
    ])
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ transcript: 'good day to you' }] })
  })

  it('that are taken back are told when they are final only', () => {
    const { simulation, itemId } = listening(true)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    simulation.feed({ kind: 'transcript_interim', itemId, text: 'good buy' })
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'goodbye' })).toEqual([])
    const final = simulation.feed({ kind: 'transcript_final', itemId, text: 'goodbye', audioMs: 900 })
    expect(sentIn(final)).toMatchObject([{ ...completed, transcript: 'goodbye' }])
  })

  it('of an engine that takes words back are told in one piece, when they are final', () => {
    const { simulation, itemId } = listening(false)
    simulation.feed({ kind: 'transcript_interim', itemId, text: 'good' })
    const stopped = simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    expect(typesIn(stopped)).not.toContain(delta.type)
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'good day' })).toEqual([])
    const final = simulation.feed({ kind: 'transcript_final', itemId, text: 'good day', audioMs: 900 })
    expect(sentIn(final)).toMatchObject([{ ...delta, delta: 'good day' }, { ...completed }])
  })

  it.each(['input_audio_buffer.clear', 'input_audio_buffer.commit'] as const)(
    'are not told of the utterance before as those of the next: after %s',
    (type) => {
      const { simulation, itemId } = listening(true)
      simulation.feed({ kind: 'transcript_interim', itemId, text: 'good' })
      simulation.client({ type })
      simulation.feed({ kind: 'audio_heard', ms: 1_000 })
      simulation.feed({ kind: 'speech_started', startMs: 1_100 })
      expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 2_000 }))).not.toContain(delta.type)
    },
  )

  it('are told with how sure the engine was, where the session includes that', () => {
    const { simulation, itemId } = listening(false, true)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    const logprobs = [{ token: 'né', logprob: -0.25 }]
    const shown = [{ token: 'né', logprob: -0.25, bytes: [110, 195, 169] }]
    const final = simulation.feed({ kind: 'transcript_final', itemId, text: 'né', audioMs: 900, logprobs })
    expect(sentIn(final)).toMatchObject([
      { ...delta, logprobs: shown },
      { ...completed, logprobs: shown },
    ])
  })

  it('are told without that where the session does not include it', () => {
    const { simulation, itemId } = listening(false)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    const logprobs = [{ token: 'one', logprob: -0.25 }]
    const final = sentIn(simulation.feed({ kind: 'transcript_final', itemId, text: 'one', audioMs: 900, logprobs }))
    for (const event of final) expect(event).not.toHaveProperty('logprobs')
    expect(final).toHaveLength(2)
  })

  it('of which a part was told already come without how sure that part was', () => {
    const { simulation, itemId } = listening(true, true)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    simulation.feed({ kind: 'transcript_interim', itemId, text: 'one' })
    const logprobs = [{ token: 'one two', logprob: -1 }]
    const final = sentIn(simulation.feed({ kind: 'transcript_final', itemId, text: 'one two', audioMs: 9, logprobs }))
    expect(final[0]).not.toHaveProperty('logprobs')
    expect(final[1]).toMatchObject({ logprobs: [{ token: 'one two' }] })
  })

  it('that cannot be had are told as failed', () => {
    const { simulation, itemId } = listening(false)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    const failed = simulation.feed({
      kind: 'transcript_failed',
      itemId,
      code: 'engine_crashed',
      message: 'It crashed.',
    })
    expect(failed[0]).toEqual({ kind: 'disarm_timer', subject: itemId })
    expect(sentIn(failed)).toMatchObject([
      {
        type: 'conversation.item.input_audio_transcription.failed',
        item_id: itemId,
        content_index: 0,
        error: { type: 'transcription_error', code: 'engine_crashed', message: 'It crashed.' },
      },
      { type: 'response.done', response: { status: 'failed' } },
    ])
    expect(sentIn(failed)[0]).not.toHaveProperty('error.param')
    // it stands without words, and the next answer reads it so
    respond(simulation)
    expect(typesIn(simulation.effects.slice(-2))).toEqual(['(generate)', '(arm_timer)'])
  })

  it('are settled once', () => {
    const { simulation, itemId } = listening(false)
    simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    simulation.feed({ kind: 'transcript_final', itemId, text: 'one', audioMs: 900 })
    expect(simulation.feed({ kind: 'transcript_final', itemId, text: 'two', audioMs: 900 })).toEqual([])
    expect(simulation.feed({ kind: 'transcript_interim', itemId, text: 'one two' })).toEqual([])
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ transcript: 'one' }] })
  })

  it('name the part of the item that is audio', () => {
    const simulation = new Simulation()
    update(simulation, { audio: { input: { transcription } } })
    simulation.client({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Hear this.' },
          { type: 'input_audio', audio: 'AAA=' },
        ],
      },
    })
    const itemId = lastEntry(simulation).item.id
    const told = sentIn(simulation.feed({ kind: 'transcript_final', itemId, text: 'one', audioMs: 900 }))
    expect(told).toMatchObject([{ content_index: 1 }, { content_index: 1 }])
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ text: 'Hear this.' }, { transcript: 'one' }] })
  })

  it('stop being asked for when the utterance is dropped', () => {
    const { simulation, itemId } = listening(false)
    const effects = simulation.client({ type: 'input_audio_buffer.clear' })
    expect(effects).toMatchObject([
      { kind: 'drop_utterance', itemId },
      { kind: 'cancel_work', subject: itemId },
      { kind: 'reset_listening' },
      { kind: 'send', event: { type: 'input_audio_buffer.cleared' } },
    ])
  })
})
