import type { Session, SessionPatch, TurnDetection } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { answerAloud, errorsIn, finish, mcpTool, requestIn, respond, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

const semantic: TurnDetection = {
  type: 'semantic_vad',
  eagerness: 'high',
  create_response: true,
  interrupt_response: false,
}

/** A session in which everything is set. */
const everything = {
  instructions: 'Be kind.',
  tools: [{ type: 'function', name: 'weather' }],
  tool_choice: 'required',
  output_modalities: ['text'],
  max_output_tokens: 7,
  prompt: null,
  tracing: null,
  truncation: { type: 'retention_ratio', retention_ratio: 0.5, token_limits: { post_instructions: 9 } },
  include: ['item.input_audio_transcription.logprobs'],
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'whisper-1', language: 'de', prompt: 'Namen' },
      noise_reduction: { type: 'far_field' },
      turn_detection: semantic,
    },
    output: { format: { type: 'audio/pcma' }, voice: 'ash', speed: 1.5 },
  },
} satisfies Omit<SessionPatch, 'type'>

function updated(simulation: Simulation, patch: Omit<SessionPatch, 'type'>): Session {
  const events = sentIn(update(simulation, patch))
  const event = events.find(({ type }) => type === 'session.updated')
  if (event?.type !== 'session.updated' || event.session.type !== 'realtime') throw new Error('It was not updated')
  return event.session
}

describe('An update of the session', () => {
  it('changes what it brings, and is answered by the whole session', () => {
    const simulation = new Simulation()
    const before = simulation.state.session
    const session = updated(simulation, everything)
    expect(session).toEqual({ ...before, ...everything })
    expect(session).toEqual(simulation.state.session)
  })

  it.each<[string, Omit<SessionPatch, 'type'>]>([
    ['nothing', {}],
    ['the same model', { model: 'gpt-realtime' }],
    ['empty objects', { audio: { input: {}, output: {} } }],
    ['an empty object', { audio: {} }],
  ])('leaves what it does not bring: %s', (_, patch) => {
    const simulation = new Simulation()
    const session = updated(simulation, everything)
    expect(updated(simulation, patch)).toEqual(session)
  })

  it.each<[string, Omit<SessionPatch, 'type'>]>([
    ['instructions', { instructions: '' }],
    ['tools', { tools: [] }],
    ['include', { include: null }],
  ])('clears %s', (key, patch) => {
    const simulation = new Simulation()
    const session = updated(simulation, everything)
    expect(updated(simulation, patch)).toEqual({ ...session, [key]: patch[key as keyof typeof patch] })
  })

  it.each(['transcription', 'noise_reduction', 'turn_detection'] as const)('with null clears %s', (key) => {
    const simulation = new Simulation()
    const session = updated(simulation, everything)
    expect(updated(simulation, { audio: { input: { [key]: null } } })).toEqual({
      ...session,
      audio: { ...session.audio, input: { ...session.audio.input, [key]: null } },
    })
  })

  it('merges what is an object, and replaces what is a choice', () => {
    const simulation = new Simulation()
    const session = updated(simulation, everything)
    const transcription = { model: 'whisper-1', language: null, prompt: null }
    const turn_detection: TurnDetection = { ...semantic, eagerness: 'low', interrupt_response: true }
    const tools = [{ type: 'function' as const, name: 'time' }]
    const truncation = { type: 'retention_ratio' as const, retention_ratio: 0.9 }
    const audio = { input: { transcription, turn_detection }, output: { speed: 0.5 } }
    expect(updated(simulation, { tools, truncation, audio })).toEqual({
      ...session,
      tools,
      truncation,
      audio: {
        input: { ...session.audio.input, transcription, turn_detection },
        output: { ...session.audio.output, speed: 0.5 },
      },
    })
  })

  it('is one answer each, in order', () => {
    const simulation = new Simulation()
    const answers = ['one', 'two'].map((instructions) => updated(simulation, { instructions }).instructions)
    expect(answers).toEqual(['one', 'two'])
  })

  it('tells the ears what concerns them, and nothing else', () => {
    const simulation = new Simulation()
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(update(simulation, { instructions: 'x' }))).toEqual(['session.updated'])
    const { format, transcription: _, ...input } = everything.audio.input
    expect(update(simulation, { audio: { input: { ...input, format } } })[0]).toEqual({
      kind: 'configure_listening',
      hearing: { turnDetection: semantic, format, noiseReduction: { type: 'far_field' } },
      floorMs: 0,
    })
    expect(typesIn(update(simulation, { audio: { input } }))).toEqual(['session.updated'])
    for (const change of [{ format: { type: 'audio/pcma' as const } }, { noise_reduction: null }]) {
      const effects = update(simulation, { audio: { input: change } })
      expect(typesIn(effects)).toEqual(['(configure_listening)', 'session.updated'])
    }
  })
})

describe('What cannot be updated', () => {
  it.each<[string, Omit<SessionPatch, 'type'>, string]>([
    ['the model', { model: 'other', instructions: 'x' }, 'session.model'],
    [
      'a connector',
      { tools: [{ type: 'mcp', server_label: 'x', connector_id: 'connector_gmail' }] },
      'session.tools[0].connector_id',
    ],
  ])('is %s: nothing is changed', (_, patch, param) => {
    const simulation = new Simulation()
    const before = simulation.state
    const effects = simulation.client({
      type: 'session.update',
      event_id: 'event_mine',
      session: { type: 'realtime', ...patch },
    })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param, event_id: 'event_mine' }])
    expect(simulation.state).toEqual(before)
  })

  it('is the voice, once it was heard; the same one is fine', () => {
    const simulation = new Simulation()
    expect(updated(simulation, { audio: { output: { voice: 'ash' } } }).audio.output.voice).toBe('ash')
    answerAloud(simulation, [{ text: 'Hello.', samples: 10 }])
    const effects = update(simulation, { instructions: 'x', audio: { output: { voice: 'echo' } } })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      {
        code: 'cannot_update_voice',
        message: "Cannot update a conversation's voice if assistant audio is present.",
        param: null,
      },
    ])
    expect(simulation.state.session.instructions).toBe('')
    for (const voice of ['ash', { id: 'ash' }])
      expect(updated(simulation, { audio: { output: { voice } } }).audio.output.voice).toEqual(voice)
  })

  it('is not the voice of an answer in text', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Hi' })
    finish(simulation, responseId)
    expect(errorsIn(update(simulation, { audio: { output: { voice: 'echo' } } }))).toEqual([])
  })

  it('is the speed during an answer; the same one is fine', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    const effects = update(simulation, { audio: { output: { speed: 1.25 } } })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param: 'session.audio.output.speed' }])
    expect(errorsIn(update(simulation, { audio: { output: { speed: 1 } } }))).toEqual([])
    finish(simulation, responseId)
    expect(errorsIn(update(simulation, { audio: { output: { speed: 1.25 } } }))).toEqual([])
    respond(simulation)
    expect(requestIn(simulation).speech).toMatchObject({ speed: 1.25 })
  })

  it.each(['auto', { workflow_name: 'calls', metadata: { a: 1 } }] as const)(
    'is tracing, once it is on: %j',
    (tracing) => {
      const simulation = new Simulation()
      expect(errorsIn(update(simulation, { tracing: null }))).toEqual([])
      expect(updated(simulation, { tracing }).tracing).toEqual(tracing)
      expect(errorsIn(update(simulation, { tracing }))).toEqual([])
      for (const other of [null, 'auto' as const, { workflow_name: 'other' }].filter((one) => one !== tracing)) {
        const effects = update(simulation, { tracing: other })
        expect(effects).toHaveLength(1)
        expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param: 'session.tracing' }])
      }
      expect(simulation.state.session.tracing).toEqual(tracing)
    },
  )
})

describe('What the session is shown as', () => {
  it('has no secret of its tools, though they are used', () => {
    const simulation = new Simulation()
    const tool = { ...mcpTool, authorization: 'token-1', headers: { 'X-Key': 'header-1' }, server_description: 'Files' }
    const { tools } = updated(simulation, { tools: [{ type: 'function', name: 'weather' }, tool] })
    expect(tools).toEqual([
      { type: 'function', name: 'weather' },
      { ...mcpTool, server_description: 'Files' },
    ])
    expect(simulation.effects.findLast(({ kind }) => kind === 'list_tools')).toMatchObject({
      server: { authorization: 'token-1', headers: { 'X-Key': 'header-1' } },
    })
    expect(updated(simulation, { instructions: 'x' }).tools).toEqual(tools)
  })
})
