import { describe, expect, it } from 'vitest'
import { counted, errorsIn, finish, lastEntry, requestIn, respond, speak } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const none = { conversation: 'none' as const, output_modalities: ['text' as const] satisfies ['text'] }

describe('A response outside the conversation', () => {
  it('is told without a word of the conversation, and leaves nothing in it', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    const before = simulation.effects.length
    const responseId = respond(simulation, { ...none, metadata: { topic: 'mood' } })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Happy' })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'note' })
    finish(simulation, responseId)
    const effects = simulation.effects.slice(before)
    expect(sentIn(effects).map(({ type }) => type)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(sentIn(effects)[0]).toMatchObject({ response: { conversation_id: null, metadata: { topic: 'mood' } } })
    expect(sentIn(effects).at(-1)).toMatchObject({
      response: { status: 'completed', conversation_id: null, metadata: { topic: 'mood' }, output: [{}, {}] },
    })
    expect(typesIn(effects)).not.toContain('(save_item)')
    const item_id = sentIn(effects).flatMap((event) =>
      event.type === 'response.output_item.done' ? [event.item.id] : [],
    )
    const retrieved = item_id.map((id) =>
      errorsIn(simulation.client({ type: 'conversation.item.retrieve', item_id: id })),
    )
    expect(retrieved.flat()).toHaveLength(2)
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual([lastEntry(simulation).item.id])
  })

  it('reads the conversation, unless it is given something else', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    respond(simulation, none)
    expect(requestIn(simulation).itemIds).toEqual([lastEntry(simulation).item.id])
  })

  it('keeps none of its audio', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { conversation: 'none' })
    speak(simulation, responseId, [{ text: 'Hello.', samples: 10 }])
    expect(simulation.effects.find(({ kind }) => kind === 'send_audio')).toMatchObject({ keep: null })
    expect(sentIn(finish(simulation, responseId, { segments: 1 })).at(-1)).toMatchObject({
      type: 'response.done',
      response: { output: [{ content: [{ type: 'output_audio', transcript: 'Hello.' }] }] },
    })
  })

  it('runs beside the one of the conversation, each with its own events', () => {
    const simulation = new Simulation()
    const main = respond(simulation, { output_modalities: ['text'] })
    const beside = [respond(simulation, none), respond(simulation, none)]
    for (const [at, responseId] of [main, ...beside].entries())
      simulation.feed({ kind: 'text_generated', responseId, text: `Text ${at}` })
    const ends = [...beside, main].map((responseId) => sentIn(finish(simulation, responseId)).at(-1))
    expect(ends).toMatchObject([
      { response: { id: beside[0], output: [{ content: [{ text: 'Text 1' }] }] } },
      { response: { id: beside[1], output: [{ content: [{ text: 'Text 2' }] }] } },
      { response: { id: main, output: [{ content: [{ text: 'Text 0' }] }] } },
    ])
    expect(simulation.state.entries).toHaveLength(1)
  })

  it('is one of few at a time', () => {
    const simulation = new Simulation({ outOfBand: 2 })
    const first = respond(simulation, none)
    respond(simulation, none)
    const effects = simulation.client({ type: 'response.create', response: none })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ type: 'rate_limit_error', code: 'too_many_responses' }])
    respond(simulation)
    finish(simulation, first)
    expect(errorsIn(simulation.client({ type: 'response.create', response: none }))).toEqual([])
  })

  it('goes on when the user begins to speak', () => {
    const simulation = new Simulation()
    const beside = respond(simulation, none)
    const main = respond(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    const effects = simulation.feed({ kind: 'speech_started', startMs: 100 })
    expect(sentIn(effects)).toMatchObject([
      { type: 'input_audio_buffer.speech_started' },
      {
        type: 'response.done',
        response: {
          id: main,
          status: 'cancelled',
          status_details: { type: 'cancelled', reason: 'turn_detected' },
        },
      },
    ])
    expect(simulation.state.outOfBand.map(({ id }) => id)).toEqual([beside])
  })

  it('is failed alone when its own work fails', () => {
    const simulation = new Simulation()
    const main = respond(simulation)
    const beside = respond(simulation, none)
    const effects = simulation.feed({ kind: 'generation_failed', responseId: beside, code: 'lost', message: 'Lost.' })
    expect(sentIn(effects)).toMatchObject([{ response: { id: beside, status: 'failed' } }])
    expect(simulation.state.response?.id).toBe(main)
  })
})

describe('Cancelling', () => {
  it('without an id stops the answer of the conversation, and no other', () => {
    const simulation = new Simulation()
    const beside = respond(simulation, none)
    expect(errorsIn(simulation.client({ type: 'response.cancel', event_id: 'event_mine' }))).toEqual([
      {
        type: 'invalid_request_error',
        code: 'response_cancel_not_active',
        message: 'Cancellation failed: no active response found',
        param: null,
        event_id: 'event_mine',
      },
    ])
    const main = respond(simulation)
    const effects = simulation.client({ type: 'response.cancel' })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: main })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: main })
    expect(sentIn(effects)).toMatchObject([
      {
        type: 'response.done',
        response: {
          id: main,
          status: 'cancelled',
          status_details: { type: 'cancelled', reason: 'client_cancelled' },
          output: [],
        },
      },
    ])
    expect(simulation.state.outOfBand.map(({ id }) => id)).toEqual([beside])
  })

  it('by its id stops that one only', () => {
    const simulation = new Simulation()
    const main = respond(simulation)
    const [one, two] = [respond(simulation, none), respond(simulation, none)]
    const effects = simulation.client({ type: 'response.cancel', response_id: one })
    expect(sentIn(effects)).toMatchObject([{ response: { id: one, status: 'cancelled' } }])
    expect(simulation.state.response?.id).toBe(main)
    expect(simulation.state.outOfBand.map(({ id }) => id)).toEqual([two])
    simulation.client({ type: 'response.cancel', response_id: main })
    expect(simulation.state.response).toBeNull()
  })

  it.each(['unknown', 'done'])('of a response that is not in flight is refused: %s', (which) => {
    const simulation = new Simulation()
    const done = respond(simulation)
    finish(simulation, done)
    respond(simulation)
    const response_id = which === 'done' ? done : 'resp_none'
    expect(errorsIn(simulation.client({ type: 'response.cancel', response_id }))).toMatchObject([
      { code: 'response_cancel_not_active' },
    ])
    expect(simulation.state.response).not.toBeNull()
  })

  it('in the middle closes what is open with what there is, and nothing of it follows', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } })
    const effects = simulation.client({ type: 'response.cancel' })
    const content = [{ type: 'output_audio', transcript: 'One. Two.' }]
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.output_audio.done' },
      { type: 'response.output_audio_transcript.done', transcript: 'One. Two.' },
      { type: 'response.content_part.done', part: { transcript: 'One. Two.' } },
      { type: 'conversation.item.done', item: { status: 'incomplete', content } },
      { type: 'response.output_item.done', item: { status: 'incomplete', content } },
      { type: 'response.done', response: { status: 'cancelled', output: [{ status: 'incomplete', content }] } },
    ])
    const late = [
      simulation.feed({ kind: 'text_generated', responseId, text: 'Three.' }),
      simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 10, audio: { samples: 10 } }),
      simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 20 }),
      simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage: counted, segments: 1 }),
    ]
    expect(late.flat()).toEqual([])
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual([lastEntry(simulation).item.id])
  })
})
