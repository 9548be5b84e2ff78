import { describe, expect, it } from 'vitest'
import { errorsIn, finish, lastEntry, mcpTool, respond, withServer } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

describe('Work that nobody answers in time', () => {
  it('has as long as its kind needs: the audio’s length more where audio is written down', () => {
    const simulation = new Simulation({ workTimeoutMs: 1_000 })
    const itemId = simulation.speak(2_000)
    const armed = simulation.effects.filter(({ kind }) => kind === 'arm_timer')
    expect(armed).toEqual([{ kind: 'arm_timer', subject: itemId, ms: 3_300 }])
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hi', audioMs: 2_300 })
    expect(effects[0]).toEqual({ kind: 'disarm_timer', subject: itemId })
    expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: simulation.state.response?.id, ms: 1_000 })
  })

  it('on a live utterance has its time from the end of the speech', () => {
    const simulation = new Simulation({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(simulation.feed({ kind: 'speech_started', startMs: 0 }))).not.toContain('(arm_timer)')
    const effects = simulation.feed({ kind: 'speech_stopped', endMs: 500 })
    expect(effects).toContainEqual({ kind: 'arm_timer', subject: lastEntry(simulation).item.id, ms: 60_500 })
  })

  it('on words stops, and fails what waits for them', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects[0]).toEqual({ kind: 'cancel_work', subject: itemId })
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.done', response: { status: 'failed', status_details: { error: { code: 'engine_timeout' } } } },
    ])
    expect(simulation.feed({ kind: 'transcript_final', itemId, text: 'late', audioMs: 900 })).toEqual([])
  })

  it('on an answer stops, and fails it', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { conversation: 'none' })
    const effects = simulation.feed({ kind: 'timer_fired', subject: responseId })
    expect(effects[0]).toEqual({ kind: 'cancel_work', subject: responseId })
    expect(sentIn(effects)).toMatchObject([
      {
        type: 'response.done',
        response: { status: 'failed', status_details: { error: { type: 'server_error', code: 'engine_timeout' } } },
      },
    ])
  })

  it('on the voice lets the text stand, and says so', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. Two.' })
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 0 })
    finish(simulation, responseId, { segments: 3 })
    const effects = simulation.feed({ kind: 'timer_fired', subject: responseId })
    expect(errorsIn(effects)).toMatchObject([{ type: 'server_error', code: 'speech_unavailable', event_id: null }])
    expect(sentIn(effects).at(-1)).toMatchObject({ type: 'response.done', response: { status: 'completed' } })
  })

  it('on a tool fails the call, and the answer goes on', () => {
    const simulation = new Simulation()
    withServer(simulation, { ...mcpTool, require_approval: 'never' }, ['read'])
    const responseId = respond(simulation, { conversation: 'none' })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    finish(simulation, responseId)
    const itemId = simulation.state.outOfBand[0]?.output[0]?.item.id ?? ''
    // the tool has a time of its own: that of the model is over, and nothing happens
    expect(sentIn(simulation.feed({ kind: 'timer_fired', subject: responseId }))).toEqual([])
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects[0]).toEqual({ kind: 'cancel_work', subject: itemId })
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.mcp_call.failed', item_id: itemId },
      {
        type: 'response.output_item.done',
        item: { error: { type: 'tool_execution_error', message: 'The server did not answer in time.' } },
      },
      { type: 'response.done', response: { status: 'completed' } },
    ])
  })

  it('of what has ended is nothing any more', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: 'hi', audioMs: 900 })
    const responseId = simulation.state.response?.id ?? 'resp_none'
    finish(simulation, responseId)
    for (const subject of [itemId, responseId]) {
      expect(sentIn(simulation.feed({ kind: 'timer_fired', subject }))).toEqual([])
    }
  })
})
