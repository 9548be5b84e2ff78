import { describe, expect, it } from 'vitest'
import { errorsIn, finish, lastEntry, respond } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

function speaking(): { simulation: Simulation; responseId: `resp_${string}` } {
  const simulation = new Simulation()
  return { simulation, responseId: respond(simulation) }
}

type Sent = { samples: number; skip: number; at: number | undefined }

/** What was sent of each piece of audio. */
function sent(simulation: Simulation): Sent[] {
  return simulation.effects.flatMap((effect) =>
    effect.kind === 'send_audio'
      ? [{ samples: effect.audio.samples, skip: effect.skip, at: effect.keep?.atSample }]
      : [],
  )
}

describe('Generated audio', () => {
  it('waits for the segment before it, however many come early', () => {
    const { simulation, responseId } = speaking()
    const hear = (segment: number, offset: number, samples: number): void =>
      void simulation.feed({ kind: 'audio_generated', responseId, segment, offset, audio: { samples } })
    hear(2, 0, 5)
    hear(1, 10, 4)
    hear(1, 0, 10)
    expect(sent(simulation)).toEqual([])
    hear(0, 0, 100)
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 1, samples: 14 })
    expect(sent(simulation)).toEqual([{ samples: 100, skip: 0, at: 0 }])
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 100 })
    expect(sent(simulation).slice(1)).toEqual([
      { samples: 10, skip: 0, at: 100 },
      { samples: 4, skip: 0, at: 110 },
      { samples: 5, skip: 0, at: 114 },
    ])
    expect(simulation.state.response?.speech).toMatchObject({ segment: 2, offset: 5, held: [], heldSamples: 0 })
  })

  it('waits for what is missing within its segment', () => {
    const { simulation, responseId } = speaking()
    const hear = (offset: number, samples: number): void =>
      void simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset, audio: { samples } })
    hear(10, 10)
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 20 })
    expect(sent(simulation)).toEqual([])
    hear(0, 10)
    expect(sent(simulation)).toHaveLength(2)
    expect(simulation.state.response?.speech.segment).toBe(1)
  })

  it('that was sent before is not sent again', () => {
    const { simulation, responseId } = speaking()
    const hear = (segment: number, offset: number, samples: number): void =>
      void simulation.feed({ kind: 'audio_generated', responseId, segment, offset, audio: { samples } })
    hear(0, 0, 10)
    hear(0, 0, 10)
    hear(0, 4, 6)
    hear(0, 4, 7)
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 11 })
    hear(0, 0, 20)
    expect(sent(simulation)).toEqual([
      { samples: 10, skip: 0, at: 0 },
      { samples: 7, skip: 6, at: 10 },
    ])
    // nor does it wait for anything
    expect(simulation.state.response?.speech).toMatchObject({ segment: 1, held: [], heldSamples: 0 })
  })

  it('ends the response when the last of it is sent, and not before', () => {
    const { simulation, responseId } = speaking()
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 0 })
    expect(typesIn(finish(simulation, responseId, { segments: 2 }))).not.toContain('response.done')
    simulation.feed({ kind: 'audio_generated', responseId, segment: 1, offset: 0, audio: { samples: 10 } })
    const last = simulation.feed({ kind: 'segment_spoken', responseId, segment: 1, samples: 10 })
    expect(sentIn(last).at(-1)).toMatchObject({ type: 'response.done', response: { status: 'completed' } })
  })

  it('opens the message, where it comes before the text', () => {
    const { simulation, responseId } = speaking()
    const effects = simulation.feed({
      kind: 'audio_generated',
      responseId,
      segment: 0,
      offset: 0,
      audio: { samples: 10 },
    })
    expect(typesIn(effects)).toEqual([
      'response.output_item.added',
      '(save_item)',
      'conversation.item.added',
      'response.content_part.added',
      '(send_audio)',
      '(arm_timer)',
    ])
    expect(typesIn(simulation.feed({ kind: 'text_generated', responseId, text: 'Hi' }))).toEqual([
      'response.output_audio_transcript.delta',
      '(arm_timer)',
    ])
  })

  it('leaves out a segment that cannot be spoken, and goes on with the next', () => {
    const { simulation, responseId } = speaking()
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two. Three.' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 2, offset: 0, audio: { samples: 10 } })
    const fail = (segment: number): readonly object[] =>
      errorsIn(simulation.feed({ kind: 'segment_failed', responseId, segment, code: 'no_voice', message: 'No voice.' }))
    expect(fail(0)).toMatchObject([{ type: 'server_error', code: 'no_voice', event_id: null }])
    expect(fail(0)).toEqual([])
    expect(fail(1)).toEqual([])
    expect(sent(simulation)).toEqual([{ samples: 10, skip: 0, at: 0 }])
    finish(simulation, responseId, { segments: 3 })
    const last = simulation.feed({ kind: 'segment_spoken', responseId, segment: 2, samples: 10 })
    expect(sentIn(last).at(-1)).toMatchObject({ response: { status: 'completed' } })
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ transcript: 'One. Two. Three.' }] })
  })

  it('of an ended response is dropped', () => {
    const { simulation, responseId } = speaking()
    simulation.client({ type: 'response.cancel' })
    expect([
      ...simulation.feed({ kind: 'segment_planned', responseId, segment: 0, text: 'One.' }),
      ...simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } }),
      ...simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 10 }),
      ...simulation.feed({ kind: 'segment_failed', responseId, segment: 0, code: 'x', message: 'x' }),
    ]).toEqual([])
  })
})
