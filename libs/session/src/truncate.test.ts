import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import {
  answerAloud,
  answerInText,
  errorsIn,
  finish,
  lastEntry,
  requestIn,
  respond,
  savedContext,
  speak,
} from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

/** 900 ms and 1 100 ms. */
const segments = [
  { text: 'One two. ', samples: 21_600 },
  { text: 'Three four.', samples: 26_400 },
]

function truncate(simulation: Simulation, item_id: string, audio_end_ms: number, content_index = 0): readonly Effect[] {
  const event_id = 'event_mine'
  return simulation.client({ type: 'conversation.item.truncate', event_id, item_id, content_index, audio_end_ms })
}

describe('Truncating', () => {
  it('answers with one event, and keeps the audio and the words that were heard', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, segments)
    const effects = truncate(simulation, itemId, 1_400)
    expect(typesIn(effects)).toEqual(['(save_item)', 'conversation.item.truncated'])
    expect(sentIn(effects)).toEqual([
      { type: 'conversation.item.truncated', item_id: itemId, content_index: 0, audio_end_ms: 1_400 },
    ])
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One two. Three' }])
    const item = { ...lastEntry(simulation).item, content: [{ type: 'output_audio' }] }
    expect(simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })).toEqual([
      {
        kind: 'show_item',
        item,
        audio: { origin: 'spoken', ms: 1_400, format: { type: 'audio/pcm', rate: 24_000 } },
      },
    ])
  })

  it('is seen by the next answer, which is given the item all the same', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    const itemId = answerAloud(simulation, segments)
    truncate(simulation, itemId, 800)
    respond(simulation)
    expect(requestIn(simulation).itemIds).toContain(itemId)
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One two.' }])
  })

  it('to nothing is valid', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, segments)
    expect(errorsIn(truncate(simulation, itemId, 0))).toEqual([])
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: '' }])
    expect(lastEntry(simulation)).toMatchObject({ audioMs: 0, heard: '' })
  })

  it('twice cuts further, and never back', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, segments)
    truncate(simulation, itemId, 1_400)
    expect(errorsIn(truncate(simulation, itemId, 1_500))).toMatchObject([
      { message: 'Audio content of 1400ms is already shorter than 1500ms' },
    ])
    expect(errorsIn(truncate(simulation, itemId, 300))).toEqual([])
    expect(lastEntry(simulation)).toMatchObject({ audioMs: 300, heard: 'One' })
  })

  it.each([
    [1_000, []],
    [1_001, []],
    [1_002, [{ message: 'Audio content of 1000ms is already shorter than 1002ms' }]],
  ])('of 1000.5 ms of audio is possible up to the millisecond that has begun: %i', (endMs, errors) => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, [{ text: 'One two.', samples: 24_012 }])
    expect(errorsIn(truncate(simulation, itemId, endMs))).toMatchObject(errors)
    expect(lastEntry(simulation).audioMs).toBeLessThanOrEqual(1_000.5)
  })

  it('beyond the audio is refused', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, segments)
    const before = simulation.state
    const effects = truncate(simulation, itemId, 2_001)
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'invalid_value',
        message: 'Audio content of 2000ms is already shorter than 2001ms',
        param: 'audio_end_ms',
        event_id: 'event_mine',
      },
    ])
    expect(simulation.state).toEqual(before)
  })

  it('of an item that is not there is refused', () => {
    expect(errorsIn(truncate(new Simulation(), 'item_missing', 0))).toMatchObject([
      { code: 'item_truncate_invalid_item_id', param: null },
    ])
  })

  it.each(['the user’s', 'text', 'a call'])('of anything but speech of the assistant is refused: %s', (which) => {
    const simulation = new Simulation()
    if (which === 'text') answerInText(simulation, 'Hello.')
    else if (which === 'the user’s') simulation.speak()
    else {
      const item = { type: 'function_call' as const, name: 'weather', arguments: '{}' }
      simulation.client({ type: 'conversation.item.create', item })
    }
    expect(errorsIn(truncate(simulation, lastEntry(simulation).item.id, 0))).toMatchObject([
      { code: 'unsupported_content_type', message: 'Only model output audio messages can be truncated' },
    ])
  })

  it('of another part than the one there is, is refused', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, segments)
    expect(errorsIn(truncate(simulation, itemId, 100, 1))).toMatchObject([
      { code: 'invalid_value', param: 'content_index' },
    ])
  })

  it('of an answer outside the conversation is refused: it has no item there', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { conversation: 'none' })
    speak(simulation, responseId, segments)
    const itemId = simulation.state.outOfBand[0]?.output[0]?.item.id ?? ''
    expect(errorsIn(truncate(simulation, itemId, 100))).toMatchObject([{ code: 'item_truncate_invalid_item_id' }])
  })
})

describe('An answer that is truncated while it is spoken', () => {
  it('goes on, but its item stays as it was cut', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    speak(simulation, responseId, segments.slice(0, 1))
    const itemId = lastEntry(simulation).item.id
    expect(errorsIn(truncate(simulation, itemId, 800))).toEqual([])
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One two.' }])
    simulation.feed({ kind: 'text_generated', responseId, text: 'Three four.' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 1, offset: 0, audio: { samples: 26_400 } })
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 1, samples: 26_400 })
    const told = sentIn(finish(simulation, responseId, { segments: 2 }))
    expect(told.find(({ type }) => type === 'conversation.item.done')).toMatchObject({
      item: { status: 'completed', content: [{ type: 'output_audio' }] },
    })
    expect(lastEntry(simulation).item).not.toHaveProperty('content.0.transcript')
    expect(told.at(-1)).toMatchObject({ response: { output: [{ content: [{ transcript: 'One two. Three four.' }] }] } })
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One two.' }])
    expect(lastEntry(simulation)).toMatchObject({ audioMs: 800, audio: 'spoken' })
  })

  it('before anything is heard has its audio let go of with the item all the same', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One two. ' })
    const itemId = lastEntry(simulation).item.id
    truncate(simulation, itemId, 0)
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 240 } })
    simulation.client({ type: 'response.cancel' })
    expect(lastEntry(simulation)).toMatchObject({ audio: 'spoken', audioMs: 0, heard: '' })
  })

  it('beyond what was sent so far is refused, and nothing of it is kept', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    speak(simulation, responseId, segments.slice(0, 1))
    const before = simulation.state
    expect(errorsIn(truncate(simulation, lastEntry(simulation).item.id, 901))).toMatchObject([
      { message: 'Audio content of 900ms is already shorter than 901ms' },
    ])
    expect(simulation.state).toEqual(before)
  })

  it('in text is refused', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'One' })
    expect(errorsIn(truncate(simulation, lastEntry(simulation).item.id, 0))).toMatchObject([
      { code: 'unsupported_content_type' },
    ])
  })
})

describe('Speech over an answer', () => {
  it('keeps what was sent: only the client knows what was heard of it', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One two. Three' })
    simulation.feed({ kind: 'segment_planned', responseId, segment: 0, text: 'One two. ' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10_800 } })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    expect(lastEntry(simulation)).toMatchObject({
      item: { status: 'incomplete', content: [{ type: 'output_audio', transcript: 'One two. Three' }] },
      audio: 'spoken',
      audioMs: 450,
      heard: null,
    })
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One two. Three' }])
    // at 65 ms a character, where nothing tells the pace
    truncate(simulation, itemId, 450)
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One' }])
  })

  it('in a segment that failed halfway counts no word of it that was not sent', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One two three four.' })
    simulation.feed({ kind: 'segment_planned', responseId, segment: 0, text: 'One two three four.' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 6_000 } })
    simulation.feed({ kind: 'segment_failed', responseId, segment: 0, code: 'no_voice', message: 'No voice.' })
    finish(simulation, responseId, { segments: 1 })
    const itemId = lastEntry(simulation).item.id
    truncate(simulation, itemId, 250)
    expect(savedContext(simulation, itemId)).toEqual([{ role: 'assistant', text: 'One' }])
  })
})
