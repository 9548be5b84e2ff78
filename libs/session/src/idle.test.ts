import type { SessionPatch, TurnDetection } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import { answerInText, finish, lastEntry, respond, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

const vad: TurnDetection = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: 6_000,
  create_response: true,
  interrupt_response: true,
}

function patient(turn_detection: TurnDetection | null = vad): Simulation {
  const simulation = new Simulation()
  const input: NonNullable<NonNullable<SessionPatch['audio']>['input']> = { turn_detection }
  update(simulation, { audio: { input } })
  return simulation
}

function idleIn(effects: readonly Effect[]): Effect[] {
  return effects.filter((effect) => 'subject' in effect && effect.subject === 'idle')
}

describe('The wait for a silent user', () => {
  it('begins when an answer is done, and counts from when it was played', () => {
    const simulation = patient()
    const responseId = respond(simulation)
    const effects = finish(simulation, responseId)
    expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: 'idle', ms: 6_000, afterPlayout: true })
    expect(typesIn(effects).slice(-3)).toEqual(['response.done', '(settle)', '(arm_timer)'])
  })

  it.each<[string, (s: Simulation) => readonly Effect[]]>([
    ['speech', (s) => (s.feed({ kind: 'audio_heard', ms: 400 }), s.feed({ kind: 'speech_started', startMs: 0 }))],
    ['another answer', (s) => s.client({ type: 'response.create' })],
    ['a timeout no more', (s) => update(s, { audio: { input: { turn_detection: null } } })],
  ])('ends with %s', (_, act) => {
    const simulation = patient()
    answerInText(simulation, 'Hello.')
    expect(idleIn(act(simulation))).toEqual([{ kind: 'disarm_timer', subject: 'idle' }])
  })

  it('does not begin while the user speaks, nor after an answer outside the conversation', () => {
    const simulation = patient()
    const beside = respond(simulation, { conversation: 'none' })
    expect(idleIn(finish(simulation, beside))).toEqual([])
    respond(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 400 })
    const effects = simulation.feed({ kind: 'speech_started', startMs: 0 })
    expect(typesIn(effects)).toContain('response.done')
    expect(idleIn(effects)).toEqual([])
  })

  it('begins anew where the speech turns out to be none, and not after a turn', () => {
    const simulation = patient()
    answerInText(simulation, 'Hello.')
    simulation.feed({ kind: 'audio_heard', ms: 400 })
    simulation.feed({ kind: 'speech_started', startMs: 0 })
    const armed = { kind: 'arm_timer', subject: 'idle', ms: 6_000, afterPlayout: true }
    expect(idleIn(simulation.client({ type: 'input_audio_buffer.clear' }))).toEqual([armed])
    simulation.feed({ kind: 'audio_heard', ms: 400 })
    simulation.client({ type: 'input_audio_buffer.commit' })
    expect(idleIn(simulation.effects.slice(-12))).toContainEqual({ kind: 'disarm_timer', subject: 'idle' })
    expect(idleIn(simulation.client({ type: 'input_audio_buffer.clear' }))).toEqual([])
  })

  it('goes on through an update that is not about it, and begins anew with another timeout', () => {
    const simulation = patient()
    answerInText(simulation, 'Hello.')
    expect(idleIn(update(simulation, { instructions: 'x' }))).toEqual([])
    const input = { turn_detection: { ...vad, idle_timeout_ms: 9_000 } }
    expect(idleIn(update(simulation, { audio: { input } }))).toEqual([
      { kind: 'disarm_timer', subject: 'idle' },
      { kind: 'arm_timer', subject: 'idle', ms: 9_000, afterPlayout: true },
    ])
    update(simulation, { audio: { input: { turn_detection: null } } })
    expect(idleIn(update(simulation, { audio: { input } }))).toHaveLength(1)
    respond(simulation)
    expect(idleIn(update(simulation, { audio: { input: { turn_detection: vad } } }))).toEqual([
      { kind: 'disarm_timer', subject: 'idle' },
    ])
  })

  it('goes on beside an answer outside the conversation', () => {
    const simulation = patient()
    answerInText(simulation, 'Hello.')
    expect(idleIn(simulation.client({ type: 'response.create', response: { conversation: 'none' } }))).toEqual([])
  })

  it.each<[string, TurnDetection | null]>([
    ['without a timeout', { ...vad, idle_timeout_ms: null }],
    [
      'with turns by meaning',
      { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true },
    ],
    ['with push-to-talk', null],
  ])('is none %s', (_, detection) => {
    const simulation = patient(detection)
    const before = simulation.effects.length
    answerInText(simulation, 'Hello.')
    simulation.feed({ kind: 'audio_heard', ms: 100 })
    expect(idleIn(simulation.effects.slice(before))).toEqual([])
    expect(simulation.feed({ kind: 'timer_fired', subject: 'idle' })).toEqual([])
  })

  it('that is over makes the silence the user’s turn, which is answered', () => {
    const simulation = patient()
    simulation.feed({ kind: 'audio_heard', ms: 700 })
    answerInText(simulation, 'Hello.')
    const previous = lastEntry(simulation).item.id
    simulation.feed({ kind: 'audio_heard', ms: 1_300.4 })
    const effects = simulation.feed({ kind: 'timer_fired', subject: 'idle' })
    const item_id = lastEntry(simulation).item.id
    expect(sentIn(effects).slice(0, 4)).toMatchObject([
      { type: 'input_audio_buffer.timeout_triggered', audio_start_ms: 0, audio_end_ms: 2_000, item_id },
      { type: 'input_audio_buffer.committed', previous_item_id: previous, item_id },
      {
        type: 'conversation.item.added',
        previous_item_id: previous,
        item: { id: item_id, content: [{ type: 'input_audio', transcript: null }] },
      },
      { type: 'conversation.item.done', item: { id: item_id } },
    ])
    expect(typesIn(effects).filter((type) => type !== '(save_item)')).toEqual([
      '(open_utterance)',
      'input_audio_buffer.timeout_triggered',
      '(disarm_timer)',
      '(close_utterance)',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      '(reset_listening)',
      'response.created',
      '(generate)',
      '(arm_timer)',
    ])
    expect(simulation.state.buffer).toMatchObject({ itemId: null, startMs: 2_000.4 })
    // nobody said anything, so nothing is to be written down
    expect(lastEntry(simulation)).toMatchObject({
      transcription: 'done',
      item: { content: [{ transcript: '' }] },
    })
  })

  it('is told to have no words where words are told', () => {
    const simulation = patient()
    update(simulation, { audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null } } } })
    answerInText(simulation, 'Hello.')
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    const told = sentIn(simulation.feed({ kind: 'timer_fired', subject: 'idle' }))
    expect(told.slice(4)).toMatchObject([
      {
        type: 'conversation.item.input_audio_transcription.completed',
        transcript: '',
        usage: { type: 'duration', seconds: 1 },
      },
      { type: 'response.created' },
    ])
  })

  it('is not answered where turns are not', () => {
    const simulation = patient({ ...vad, create_response: false })
    answerInText(simulation, 'Hello.')
    const told = sentIn(simulation.feed({ kind: 'timer_fired', subject: 'idle' }))
    expect(told.map(({ type }) => type)).not.toContain('response.created')
    expect(told.at(-1)).toMatchObject({ type: 'conversation.item.done' })
  })

  it('that falls due too late is void: the user speaks, or is answered', () => {
    const simulation = patient()
    respond(simulation)
    expect(simulation.feed({ kind: 'timer_fired', subject: 'idle' })).toEqual([])
    simulation.client({ type: 'response.cancel' })
    simulation.feed({ kind: 'audio_heard', ms: 400 })
    simulation.feed({ kind: 'speech_started', startMs: 0 })
    expect(simulation.feed({ kind: 'timer_fired', subject: 'idle' })).toEqual([])
  })
})
