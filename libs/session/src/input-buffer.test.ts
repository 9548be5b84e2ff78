import type { TurnDetection } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { errorsIn, lastEntry, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

function pushToTalk(simulation: Simulation): void {
  update(simulation, { audio: { input: { turn_detection: null } } })
}

describe('A turn that is found', () => {
  it.each<[string, Partial<TurnDetection> | undefined]>([
    ['by silence', undefined],
    ['by meaning', { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true }],
  ])('is told from its beginning to its answer: %s', (_, detection) => {
    const simulation = new Simulation()
    if (detection !== undefined)
      update(simulation, { audio: { input: { turn_detection: detection as TurnDetection } } })
    userSays(simulation, 'hi')
    const previous_item_id = lastEntry(simulation).item.id
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    const started = simulation.feed({ kind: 'speech_started', startMs: 400.75 })
    const item_id = simulation.state.buffer.itemId ?? ''
    expect(started).toEqual([
      { kind: 'open_utterance', itemId: item_id, fromMs: 400.75 },
      { kind: 'send', event: { type: 'input_audio_buffer.speech_started', audio_start_ms: 401, item_id } },
    ])
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    const stopped = simulation.feed({ kind: 'speech_stopped', endMs: 1_500.25 })
    expect(sentIn(stopped)).toMatchObject([
      { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1_500, item_id },
      { type: 'input_audio_buffer.committed', previous_item_id, item_id },
      {
        type: 'conversation.item.added',
        previous_item_id,
        item: {
          id: item_id,
          type: 'message',
          role: 'user',
          status: 'completed',
          content: [{ type: 'input_audio', transcript: null }],
        },
      },
      { type: 'conversation.item.done', previous_item_id, item: { id: item_id } },
      { type: 'response.created' },
    ])
    expect(typesIn(stopped).indexOf('(close_utterance)')).toBeLessThan(
      typesIn(stopped).indexOf('input_audio_buffer.committed'),
    )
    expect(lastEntry(simulation)).toMatchObject({ audioMs: 1_099.5, audio: 'heard' })
    expect(simulation.state.buffer).toMatchObject({ itemId: null, startMs: 1_500, heardMs: 1_500 })
  })

  it('has no words of the padding that belongs to the turn before', () => {
    const simulation = new Simulation()
    simulation.speak()
    const effects = simulation.feed({ kind: 'speech_started', startMs: 1_100 })
    expect(sentIn(effects)[0]).toMatchObject({ audio_start_ms: 1_300 })
    expect(effects[0]).toMatchObject({ kind: 'open_utterance', fromMs: 1_300 })
  })

  it('is one at a time, and ends once', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    expect(simulation.feed({ kind: 'speech_stopped', endMs: 900 })).toEqual([])
    simulation.feed({ kind: 'speech_started', startMs: 400 })
    expect(simulation.feed({ kind: 'speech_started', startMs: 600 })).toEqual([])
    simulation.feed({ kind: 'speech_stopped', endMs: 900 })
    expect(simulation.feed({ kind: 'speech_stopped', endMs: 950 })).toEqual([])
    expect(simulation.state.entries).toHaveLength(1)
  })

  it('is not answered where the session says so', () => {
    const simulation = new Simulation()
    const { turn_detection } = simulation.state.session.audio.input
    if (turn_detection === null) throw new Error('Turns are found by default')
    update(simulation, { audio: { input: { turn_detection: { ...turn_detection, create_response: false } } } })
    simulation.speak()
    expect(simulation.events.at(-1)).toMatchObject({ type: 'conversation.item.done' })
    expect(simulation.state.response).toBeNull()
  })

  it('during an answer that is not interrupted is not answered, and the client is told why', () => {
    const simulation = new Simulation()
    const { turn_detection } = simulation.state.session.audio.input
    if (turn_detection === null) throw new Error('Turns are found by default')
    update(simulation, { audio: { input: { turn_detection: { ...turn_detection, interrupt_response: false } } } })
    simulation.client({ type: 'response.create', event_id: 'event_mine' })
    const { response } = simulation.state
    simulation.speak()
    expect(errorsIn(simulation.effects)).toMatchObject([
      { code: 'conversation_already_has_active_response', event_id: null },
    ])
    expect(simulation.state.response?.id).toBe(response?.id)
  })

  it('that never ends is ended where the buffer is full', () => {
    const simulation = new Simulation({ inputBufferMs: 2_000 })
    simulation.feed({ kind: 'audio_heard', ms: 100 })
    simulation.feed({ kind: 'speech_started', startMs: 0 })
    expect(simulation.feed({ kind: 'audio_heard', ms: 1_900 })).toEqual([])
    const effects = simulation.feed({ kind: 'audio_heard', ms: 1 })
    expect(sentIn(effects)[0]).toMatchObject({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 2_001 })
    expect(effects.at(-1)).toEqual({ kind: 'reset_listening' })
  })
})

describe('Committing', () => {
  it('makes an item of what was said, and never answers it', () => {
    const simulation = new Simulation()
    pushToTalk(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 100 })
    const item_id = simulation.state.buffer.itemId ?? ''
    const effects = simulation.client({ type: 'input_audio_buffer.commit' })
    expect(typesIn(effects)).toEqual([
      '(close_utterance)',
      'input_audio_buffer.committed',
      '(save_item)',
      'conversation.item.added',
      'conversation.item.done',
      '(transcribe)',
      '(arm_timer)',
      '(reset_listening)',
    ])
    expect(sentIn(effects)[0]).toMatchObject({ previous_item_id: null, item_id })
    expect(lastEntry(simulation)).toMatchObject({ audioMs: 100, item: { id: item_id } })
    expect(simulation.state.buffer).toMatchObject({ itemId: null, startMs: 100 })
    expect(simulation.state.response).toBeNull()
  })

  it('is never answered, even where turns are found and answered', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const item_id = simulation.state.buffer.itemId ?? ''
    const effects = simulation.client({ type: 'input_audio_buffer.commit' })
    expect(sentIn(effects)).toMatchObject([
      { type: 'input_audio_buffer.committed', item_id },
      { type: 'conversation.item.added' },
      { type: 'conversation.item.done' },
    ])
    expect(effects.at(-1)).toEqual({ kind: 'reset_listening' })
    expect(simulation.feed({ kind: 'speech_stopped', endMs: 500 })).toEqual([])
  })

  it('of too little audio is refused, and the audio stays', () => {
    const simulation = new Simulation()
    pushToTalk(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 99.5 })
    const effects = simulation.client({ type: 'input_audio_buffer.commit', event_id: 'event_mine' })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'input_audio_buffer_commit_empty',
        message:
          'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 99.50ms of audio.',
        param: null,
        event_id: 'event_mine',
      },
    ])
    simulation.feed({ kind: 'audio_heard', ms: 0.5 })
    expect(errorsIn(simulation.client({ type: 'input_audio_buffer.commit' }))).toEqual([])
    expect(errorsIn(simulation.client({ type: 'input_audio_buffer.commit' }))).toMatchObject([
      { message: expect.stringContaining('only has 0.00ms') as string },
    ])
  })
})

describe('Clearing', () => {
  it('forgets the speech that was going on, which never happened', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const itemId = simulation.state.buffer.itemId ?? ''
    const effects = simulation.client({ type: 'input_audio_buffer.clear' })
    expect(effects).toEqual([
      { kind: 'drop_utterance', itemId },
      { kind: 'reset_listening' },
      { kind: 'send', event: { type: 'input_audio_buffer.cleared' } },
    ])
    expect(simulation.state.buffer).toMatchObject({ itemId: null, startMs: 500 })
    expect(simulation.state.entries).toEqual([])
    expect(errorsIn(simulation.client({ type: 'input_audio_buffer.commit' }))).toHaveLength(1)
  })

  it('of an empty buffer is answered too', () => {
    const simulation = new Simulation()
    expect(typesIn(simulation.client({ type: 'input_audio_buffer.clear' }))).toEqual([
      '(reset_listening)',
      'input_audio_buffer.cleared',
    ])
  })
})

describe('Push-to-talk', () => {
  it('finds no turns of its own', () => {
    const simulation = new Simulation()
    pushToTalk(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(simulation.feed({ kind: 'speech_started', startMs: 100 })).toEqual([])
    expect(simulation.feed({ kind: 'speech_stopped', endMs: 500 })).toEqual([])
  })

  it('keeps all audio from the first on, up to the cap, of which the client is told once', () => {
    const simulation = new Simulation({ inputBufferMs: 1_000, keptSilenceMs: 100 })
    pushToTalk(simulation)
    expect(typesIn(simulation.feed({ kind: 'audio_heard', ms: 1_000 }))).toEqual(['(open_utterance)'])
    expect(errorsIn(simulation.feed({ kind: 'audio_heard', ms: 1 }))).toMatchObject([
      { code: 'input_audio_buffer_full', event_id: null },
    ])
    expect(simulation.feed({ kind: 'audio_heard', ms: 1 })).toEqual([])
    simulation.client({ type: 'input_audio_buffer.clear' })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    expect(errorsIn(simulation.feed({ kind: 'audio_heard', ms: 1 }))).toHaveLength(1)
  })

  it('that begins in the middle of speech leaves it to the client to end it', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const item_id = simulation.state.buffer.itemId
    pushToTalk(simulation)
    expect(simulation.feed({ kind: 'speech_stopped', endMs: 500 })).toEqual([])
    const effects = simulation.client({ type: 'input_audio_buffer.commit' })
    expect(sentIn(effects)[0]).toMatchObject({ type: 'input_audio_buffer.committed', item_id })
  })
})
