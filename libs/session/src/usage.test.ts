import type { Usage } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { counted, respond, speak, update } from './scenes.testing.ts'
import { Simulation, userSays } from './simulation.testing.ts'

function usageIn(simulation: Simulation): Usage | null | undefined {
  const done = simulation.events.findLast((event) => event.type === 'response.done')
  return done?.type === 'response.done' ? done.response.usage : undefined
}

describe('The usage of a response', () => {
  it('adds up text as the provider counted it, and audio by its length', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: 'what time is it', audioMs: 1_250 })
    const responseId = simulation.state.response?.id ?? 'resp_none'
    // 110 ms: three tokens of 50 ms
    speak(simulation, responseId, [{ text: 'Noon.', samples: 2_640 }])
    simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage: counted, segments: 1 })
    expect(usageIn(simulation)).toEqual({
      total_tokens: 12 + 13 + 5 + 3,
      input_tokens: 12 + 13,
      output_tokens: 5 + 3,
      input_token_details: {
        text_tokens: 12,
        audio_tokens: 13,
        image_tokens: 0,
        cached_tokens: 2,
        cached_tokens_details: { text_tokens: 2, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 5, audio_tokens: 3 },
    })
  })

  it('is expected before the model is asked, as it will be estimated', () => {
    const simulation = new Simulation()
    update(simulation, { instructions: '12345678' })
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: '12345678', audioMs: 1_300 })
    // 18 characters, and 1 300 ms of speech
    expect(simulation.effects.find(({ kind }) => kind === 'generate')).toMatchObject({ estimatedTokens: 5 + 13 })
  })

  it('is zeros where nothing was made', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    respond(simulation)
    simulation.client({ type: 'response.cancel' })
    expect(usageIn(simulation)).toMatchObject({ total_tokens: 0, input_tokens: 0, output_tokens: 0 })
  })

  it('is zeros where the model was never asked', () => {
    const simulation = new Simulation()
    simulation.speak()
    simulation.client({ type: 'response.cancel' })
    expect(usageIn(simulation)).toMatchObject({ total_tokens: 0 })
  })

  it('is estimated where the answer was cut off before the provider counted it', () => {
    const simulation = new Simulation()
    update(simulation, { instructions: '12345678' })
    userSays(simulation, '12345678')
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: '12345' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 1_201 } })
    simulation.client({ type: 'response.cancel' })
    // "[]", which is all there is of tools, is two characters more
    expect(usageIn(simulation)).toMatchObject({
      input_token_details: { text_tokens: 5, audio_tokens: 0 },
      output_token_details: { text_tokens: 2, audio_tokens: 2 },
      total_tokens: 9,
    })
  })

  it('counts the arguments of a call that was cut off', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at":"home"' })
    simulation.client({ type: 'response.cancel' })
    expect(usageIn(simulation)).toMatchObject({ input_tokens: 1, output_tokens: 3 })
  })

  it('estimates a picture by what it costs, not by the length of its data', () => {
    const simulation = new Simulation()
    const image_url = `data:image/png;base64,${'A'.repeat(100_000)}`
    const content = [{ type: 'input_image' as const, image_url, detail: 'auto' as const }]
    simulation.client({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'A cat' })
    simulation.client({ type: 'response.cancel' })
    expect(usageIn(simulation)).toMatchObject({ input_tokens: 801, output_tokens: 2 })
  })
})
