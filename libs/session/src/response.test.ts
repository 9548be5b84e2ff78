import { describe, expect, it } from 'vitest'
import { responseIn, sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'
import { contextOf } from './words.ts'

const usage = { inputTokens: 12, outputTokens: 5, cachedTokens: 2 }

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
    expect(simulation.state.entries.map((entry) => contextOf(entry.item)[0])).toEqual([
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
