import { describe, expect, it } from 'vitest'
import { responseIn, sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'
import { hearingOf } from './update.ts'
import { contextOf } from './words.ts'

describe('A turn', () => {
  it('that is spoken asks for its words first, and then for an answer to them', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    expect(typesIn(simulation.effects)).not.toContain('(generate)')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'what time is it', audioMs: 1_300 })
    expect(effects.find((effect) => effect.kind === 'generate')).toMatchObject({
      request: { responseId: responseIn(simulation), itemIds: [itemId], speech: { voice: 'alloy', speed: 1 } },
    })
    expect(simulation.state.entries.map((entry) => contextOf(entry.item)[0])).toEqual([
      { role: 'user', text: 'what time is it' },
    ])
  })

  it('tells the client its words only if the session asks for transcription', () => {
    const simulation = new Simulation()
    const told = simulation.feed({ kind: 'transcript_final', itemId: simulation.speak(), text: 'one', audioMs: 900 })
    expect(sentIn(told)).toEqual([])
    simulation.client({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null } } },
      },
    })
    simulation.client({ type: 'response.cancel' })
    const itemId = simulation.speak()
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'two', audioMs: 900 })
    expect(sentIn(effects)).toMatchObject([
      { type: 'conversation.item.input_audio_transcription.delta', item_id: itemId, delta: 'two' },
      {
        type: 'conversation.item.input_audio_transcription.completed',
        transcript: 'two',
        usage: { type: 'duration', seconds: 0.9 },
      },
    ])
  })

  it('whose words cannot be had fails its answer, and the session goes on', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    const failed = simulation.feed({
      kind: 'transcript_failed',
      itemId,
      code: 'engine_crashed',
      message: 'It crashed.',
    })
    expect(sentIn(failed)).toMatchObject([
      {
        type: 'response.done',
        response: { status: 'failed', status_details: { error: { code: 'engine_crashed' } }, output: [] },
      },
    ])
    simulation.speak()
    expect(simulation.state.response).not.toBeNull()
  })

  it('in silence of every worker is given up when its timer falls due', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    expect(sentIn(simulation.feed({ kind: 'timer_fired', subject: itemId }))).toMatchObject([
      { type: 'response.done', response: { status: 'failed', status_details: { error: { code: 'engine_timeout' } } } },
    ])
  })

  it('of a live engine is transcribed while it is spoken, and not again at its end', () => {
    const simulation = new Simulation({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    expect(typesIn(simulation.feed({ kind: 'speech_started', startMs: 400 }))).toEqual([
      '(open_utterance)',
      'input_audio_buffer.speech_started',
      '(transcribe)',
    ])
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_500 }))).not.toContain('(transcribe)')
  })

  it('that goes on beyond the buffer’s cap is ended there', () => {
    const simulation = new Simulation({ inputBufferMs: 2_000 })
    simulation.feed({ kind: 'audio_heard', ms: 100 })
    simulation.feed({ kind: 'speech_started', startMs: 0 })
    expect(typesIn(simulation.feed({ kind: 'audio_heard', ms: 2_000 }))).toContain('input_audio_buffer.speech_stopped')
  })
})

describe('A response that waits for words', () => {
  it('answers the conversation as it stood when it was asked for', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    userSays(simulation, 'something later')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'what time is it', audioMs: 1_300 })
    expect(effects.find((effect) => effect.kind === 'generate')).toMatchObject({ request: { itemIds: [itemId] } })
  })

  it('is not lost when the engine that listened live failed before the turn ended', () => {
    const simulation = new Simulation({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 400 })
    const itemId = simulation.state.buffer.itemId ?? ''
    simulation.feed({ kind: 'transcript_failed', itemId, code: 'engine_crashed', message: 'It crashed.' })
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_500 }))).toContain('(transcribe)')
  })
})

describe('An utterance', () => {
  it('stops its work when it is given up, and can still be listened to', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })
    expect(simulation.effects.at(-1)).toMatchObject({ kind: 'show_item', audio: { origin: 'heard', ms: 1_300 } })
  })
})

describe('Speech during an answer', () => {
  it.each([true, false])('ends it or not, as interrupt_response says: %s', (interrupt_response) => {
    const simulation = new Simulation()
    const { turn_detection } = simulation.state.session.audio.input
    if (turn_detection === null) throw new Error('Turn detection is on by default')
    const input = { turn_detection: { ...turn_detection, interrupt_response } }
    simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
    simulation.client({ type: 'response.create' })
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    const told = sentIn(simulation.feed({ kind: 'speech_started', startMs: 100 }))
    expect(told.map((event) => event.type)).toEqual([
      'input_audio_buffer.speech_started',
      ...(interrupt_response ? ['response.done'] : []),
    ])
  })
})

describe('Silence', () => {
  it('before a manual commit counts as far as it is kept', () => {
    const simulation = new Simulation({ keptSilenceMs: 10_000 })
    simulation.feed({ kind: 'audio_heard', ms: 60_000 })
    simulation.client({ type: 'input_audio_buffer.commit' })
    expect(simulation.state.entries).toMatchObject([{ audioMs: 10_000 }])
  })
})

describe('Switching turn detection', () => {
  it('on in the middle of push-to-talk keeps the audio for the turn that is to be found', () => {
    const simulation = new Simulation()
    const detect = (turn_detection: null | typeof detection): void => {
      simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
    }
    const detection = simulation.state.session.audio.input.turn_detection
    detect(null)
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(simulation.effects)).toContain('(open_utterance)')
    detect(detection)
    expect(simulation.state.buffer).toMatchObject({ startMs: 0, heardMs: 500, itemId: null })
    expect(typesIn(simulation.feed({ kind: 'speech_started', startMs: 100 }))).toContain('(open_utterance)')
  })

  it('on frees a buffer that was full, and keeps of it what silence would keep', () => {
    const simulation = new Simulation({ inputBufferMs: 20_000, keptSilenceMs: 10_000 })
    const detection = simulation.state.session.audio.input.turn_detection
    const detect = (turn_detection: typeof detection): readonly object[] =>
      simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
    detect(null)
    simulation.feed({ kind: 'audio_heard', ms: 30_000 })
    expect(simulation.state.buffer.isFull).toBe(true)
    expect(detect(detection)).toContainEqual({
      kind: 'configure_listening',
      hearing: { ...hearingOf(simulation.state.session), turnDetection: detection },
      floorMs: 20_000,
    })
    expect(simulation.state.buffer).toMatchObject({ isFull: false, startMs: 20_000 })
  })
})
