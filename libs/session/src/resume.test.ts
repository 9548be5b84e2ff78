import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import { recordsOf, stateFrom } from './records.ts'
import { answerInText, finish, mcpTool, respond, update, withServer } from './scenes.testing.ts'
import { responseIn, sentIn, Simulation, typesIn } from './simulation.testing.ts'

function resume(
  simulation: Simulation,
  fields: { heardMs?: number; utteranceEnded?: boolean } = {},
): readonly Effect[] {
  simulation.state = stateFrom(recordsOf(simulation.state))
  return simulation.feed({ kind: 'resumed', heardMs: simulation.state.buffer.heardMs, ...fields })
}

function timersIn(effects: readonly Effect[]): [subject: string, ms: number][] {
  return effects.flatMap((effect) => (effect.kind === 'arm_timer' ? [[effect.subject, effect.ms]] : []))
}

describe('A session that another process goes on with', () => {
  it('is heard by the settings that it has, from where its ears begin', () => {
    const simulation = new Simulation()
    update(simulation, {
      audio: { input: { format: { type: 'audio/pcmu' }, noise_reduction: { type: 'near_field' } } },
    })
    simulation.feed({ kind: 'audio_heard', ms: 12_000 })
    const effects = resume(simulation, { heardMs: 11_000 })
    expect(effects).toMatchObject([
      {
        kind: 'configure_listening',
        hearing: { format: { type: 'audio/pcmu' }, noiseReduction: { type: 'near_field' } },
        floorMs: 2_000,
      },
    ])
    expect(simulation.state.buffer).toMatchObject({ startMs: 2_000, heardMs: 11_000 })
  })

  it('has no audio that its ears have yet to hear', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 12_000 })
    expect(resume(simulation, { heardMs: 1_000 })).toMatchObject([{ floorMs: 1_000 }])
    expect(simulation.state.buffer).toMatchObject({ startMs: 1_000, heardMs: 1_000 })
  })

  it('says nothing, and waits anew for all that is under way', () => {
    const simulation = new Simulation()
    withServer(simulation, mcpTool, ['read'])
    const first = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId: first, call: 0, name: 'read' })
    finish(simulation, first)
    const request = simulation.state.entries.at(-1)?.item.id ?? ''
    simulation.client({
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', approval_request_id: request, approve: true },
    })
    const approvedId = simulation.state.entries.at(-1)?.item.id ?? ''
    update(simulation, { tools: [{ ...mcpTool, require_approval: 'never' }] })
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    finish(simulation, responseId)
    const callId = simulation.state.response?.output[0]?.item.id ?? ''
    update(simulation, {
      tools: [{ ...mcpTool, server_label: 'others' }],
      audio: { input: { turn_detection: null } },
    })
    const listingId = simulation.state.listings.at(-1)?.itemId ?? ''
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.client({ type: 'input_audio_buffer.commit' })
    const itemId = simulation.state.entries.at(-1)?.item.id ?? ''
    const waitingId = respond(simulation, { conversation: 'none' })
    const effects = resume(simulation)
    expect(sentIn(effects)).toEqual([])
    expect(new Map(timersIn(effects))).toEqual(
      new Map([
        [responseId, 60_000],
        [callId, 60_000],
        [approvedId, 60_000],
        [listingId, 60_000],
        [itemId, 61_000],
      ]),
    )
    expect(timersIn(effects).map(([subject]) => subject)).not.toContain(waitingId)
  })

  it('waits anew for a user who is silent', () => {
    const simulation = new Simulation()
    const { turn_detection: detection } = simulation.state.session.audio.input
    if (detection?.type !== 'server_vad') throw new Error('Turns are detected')
    update(simulation, { audio: { input: { turn_detection: { ...detection, idle_timeout_ms: 5_000 } } } })
    answerInText(simulation, 'hello')
    expect(resume(simulation)).toContainEqual({ kind: 'arm_timer', subject: 'idle', ms: 5_000, afterPlayout: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 0 })
    expect(timersIn(resume(simulation))).toEqual([])
  })

  it('ends the turn whose audio is complete', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    expect(sentIn(resume(simulation))).toEqual([])
    const effects = resume(simulation, { utteranceEnded: true, heardMs: 1_200 })
    expect(typesIn(effects)).toEqual(
      expect.arrayContaining([
        'input_audio_buffer.speech_stopped',
        '(close_utterance)',
        '(transcribe)',
        'response.created',
      ]),
    )
    expect(sentIn(effects)[0]).toMatchObject({ audio_end_ms: 1_200 })
    expect(simulation.state.entries.at(-1)?.audioMs).toBe(1_100)
    expect(responseIn(simulation)).toBeTruthy()
    expect(sentIn(resume(simulation, { utteranceEnded: true }))).toEqual([])
  })

  it('leaves it to a client that commits by itself to do so again', () => {
    const simulation = new Simulation()
    update(simulation, { audio: { input: { turn_detection: null } } })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    expect(sentIn(resume(simulation, { utteranceEnded: true }))).toEqual([])
    expect(simulation.state.buffer.itemId).not.toBeNull()
  })
})

describe('What a driver has to say by itself', () => {
  it('is told as an error, by default the fault of the client', () => {
    const simulation = new Simulation()
    const { state } = simulation
    const error = { code: 'invalid_event', message: 'No.' }
    expect(simulation.feed({ kind: 'refused', error })).toEqual([
      {
        kind: 'send',
        event: { type: 'error', error: { ...error, type: 'invalid_request_error', param: null, event_id: null } },
      },
    ])
    const whole = { ...error, type: 'server_error', param: 'audio', event_id: 'mine' } as const
    expect(sentIn(simulation.feed({ kind: 'refused', error: whole }))).toEqual([{ type: 'error', error: whole }])
    expect(simulation.state).toBe(state)
  })

  it('is told as what is left of the limits', () => {
    const simulation = new Simulation()
    const limits = [{ name: 'tokens' as const, limit: 10, remaining: 5, reset_seconds: 1 }]
    expect(sentIn(simulation.feed({ kind: 'limits_updated', limits }))).toEqual([
      { type: 'rate_limits.updated', rate_limits: limits },
    ])
  })
})
