import { describe, expect, it } from 'vitest'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'
import { wordsOf } from './words.ts'

const usage = { inputTokens: 12, outputTokens: 5, cachedTokens: 2 }

function userSays(simulation: Simulation, text: string): void {
  simulation.client({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  })
}

function responseIn(simulation: Simulation): `resp_${string}` {
  const { response } = simulation.state
  if (response === null) throw new Error('No response is in flight')
  return response.id
}

describe('A turn', () => {
  it('that is spoken asks for its words first, and then for an answer to them', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    expect(typesIn(simulation.effects)).not.toContain('(generate)')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'what time is it', audioMs: 1_300 })
    expect(effects.find((effect) => effect.kind === 'generate')).toMatchObject({
      request: { responseId: responseIn(simulation), itemIds: [itemId], speech: { voice: 'alloy', speed: 1 } },
    })
    expect(simulation.state.entries.map((entry) => wordsOf(entry.item))).toEqual([
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

describe('An answer', () => {
  it('in audio forwards segments in order, and is done when the last is spoken', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    simulation.client({ type: 'response.create' })
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    const audio = (segment: number, offset: number, samples: number): string[] =>
      typesIn(simulation.feed({ kind: 'audio_generated', responseId, segment, offset, audio: { samples } })).filter(
        (type) => type === '(send_audio)',
      )
    expect(audio(1, 0, 100)).toEqual([])
    expect(audio(0, 0, 50)).toEqual(['(send_audio)'])
    expect(audio(0, 0, 50)).toEqual([]) // made again by another worker
    expect(audio(0, 30, 40)).toEqual(['(send_audio)']) // half of it is new
    simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage, segments: 2 })
    const next = simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 70 })
    expect(typesIn(next)).toEqual(['(send_audio)', '(arm_timer)'])
    const last = simulation.feed({ kind: 'segment_spoken', responseId, segment: 1, samples: 100 })
    expect(sentIn(last).map((event) => event.type)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(sentIn(last).at(-1)).toMatchObject({
      response: { status: 'completed', usage: { input_tokens: 12, output_tokens: 6, total_tokens: 18 } },
    })
  })

  it('keeps its text when it cannot be spoken, and says so once', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage, segments: 2 })
    for (const segment of [0, 1])
      simulation.feed({ kind: 'segment_failed', responseId, segment, code: 'no_voice', message: 'No voice.' })
    expect(simulation.events.filter((event) => event.type === 'error')).toHaveLength(1)
    expect(simulation.events.at(-1)).toMatchObject({
      type: 'response.done',
      response: { status: 'completed', output: [{ content: [{ transcript: 'One. Two.' }] }] },
    })
  })

  it('that is cut short keeps what there was as an incomplete item, which the next one sees', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'Half of ' })
    simulation.feed({ kind: 'generation_failed', responseId, code: 'worker_lost', message: 'Gone.' })
    expect(simulation.events.at(-1)).toMatchObject({
      response: { status: 'failed', output: [{ status: 'incomplete', content: [{ transcript: 'Half of ' }] }] },
    })
    expect(simulation.state.entries.map((entry) => wordsOf(entry.item))).toEqual([
      { role: 'assistant', text: 'Half of ' },
    ])
  })

  it('that ran out of tokens is incomplete', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create', response: { output_modalities: ['text'], max_output_tokens: 5 } })
    const responseId = responseIn(simulation)
    expect(simulation.effects.find((effect) => effect.kind === 'generate')).toMatchObject({
      request: { maxOutputTokens: 5 },
    })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Five words' })
    simulation.feed({ kind: 'generation_finished', responseId, reason: 'max_output_tokens', usage, segments: 0 })
    expect(simulation.events.at(-1)).toMatchObject({
      response: { status: 'incomplete', status_details: { type: 'incomplete', reason: 'max_output_tokens' } },
    })
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

describe('The voice', () => {
  it('that was heard is kept, whoever chose it, and no other is taken', () => {
    const simulation = new Simulation()
    const speakOnce = (): void => {
      const responseId = responseIn(simulation)
      simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } })
      simulation.client({ type: 'response.cancel' })
    }
    simulation.client({ type: 'response.create', response: { audio: { output: { voice: { id: 'ash' } } } } })
    speakOnce()
    simulation.client({ type: 'response.create' })
    expect(simulation.state.response?.object.audio.output.voice).toBe('ash')
    speakOnce()
    const choose = (voice: string): string[] =>
      typesIn(
        simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice } } } }),
      )
    expect(choose('ash')).toEqual(['session.updated'])
    expect(choose('echo')).toEqual(['error'])
  })
})

describe('An item id', () => {
  it.each(['root', 'the utterance'])('that is taken is refused: %s', (which) => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 400 })
    const id = which === 'root' ? 'root' : (simulation.state.buffer.itemId ?? '')
    const item = { type: 'message' as const, role: 'user' as const, content: [], id }
    expect(sentIn(simulation.client({ type: 'conversation.item.create', item }))).toMatchObject([
      { type: 'error', error: { code: 'invalid_value', param: 'item.id' } },
    ])
  })

  it('that a client took from the session’s own is passed by', () => {
    const simulation = new Simulation()
    const { space, made } = simulation.state.ids
    const id = `item_${space}${String(made + 1).padStart(6, '0')}`
    const item = { type: 'message' as const, role: 'user' as const, content: [], id }
    simulation.client({ type: 'conversation.item.create', item })
    expect(simulation.speak()).not.toBe(id)
  })
})

describe('What comes too late', () => {
  it('is not taken for a part of the next answer', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    const first = responseIn(simulation)
    simulation.client({ type: 'response.cancel' })
    simulation.client({ type: 'response.create' })
    expect(simulation.feed({ kind: 'text_generated', responseId: first, text: 'late' })).toEqual([])
    expect(
      simulation.feed({ kind: 'audio_generated', responseId: first, segment: 0, offset: 0, audio: { samples: 1 } }),
    ).toEqual([])
  })

  it('because nobody works on it is given up, and the client is told', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    expect(sentIn(simulation.feed({ kind: 'timer_fired', subject: responseIn(simulation) }))).toMatchObject([
      { type: 'response.done', response: { status: 'failed', status_details: { error: { code: 'engine_timeout' } } } },
    ])
  })
})

describe('An answer that nobody speaks', () => {
  it('stands as text when its timer falls due, and the client is told why it is silent', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage, segments: 2 })
    const effects = simulation.feed({ kind: 'timer_fired', subject: responseId })
    expect(typesIn(effects)).toContain('(cancel_work)')
    expect(sentIn(effects)[0]).toMatchObject({ type: 'error', error: { code: 'speech_unavailable' } })
    expect(sentIn(effects).at(-1)).toMatchObject({
      type: 'response.done',
      response: { status: 'completed', output: [{ content: [{ transcript: 'One. Two.' }] }] },
    })
  })
})

describe('An utterance', () => {
  it('frees its audio and stops its work when it is given up', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(effects).toContainEqual({ kind: 'free_audio', itemId })
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
    expect(detect(detection)).toContainEqual({ kind: 'configure_listening', turnDetection: detection, floorMs: 20_000 })
    expect(simulation.state.buffer).toMatchObject({ isFull: false, startMs: 20_000 })
  })
})
