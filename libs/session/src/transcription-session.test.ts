import type { TranscriptionSessionPatch } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { errorsIn } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

function open(): Simulation {
  return new Simulation({}, { type: 'transcription' })
}

function change(simulation: Simulation, patch: Omit<TranscriptionSessionPatch, 'type'>): readonly object[] {
  return sentIn(simulation.client({ type: 'session.update', session: { type: 'transcription', ...patch } }))
}

const shown = {
  type: 'transcription',
  object: 'realtime.transcription_session',
  id: 'sess_abcdefghijklmnopqrstu',
  expires_at: 4_000_000_000,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: { model: 'whisper-1', language: null, prompt: null },
      noise_reduction: null,
      turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
    },
  },
  include: null,
}

describe('A session that only writes down', () => {
  it('is told as what it is, and of no conversation', () => {
    expect(open().events).toEqual([{ type: 'session.created', session: shown }])
  })

  it('answers an update with all of itself', () => {
    const input = {
      transcription: { model: 'gpt-4o-transcribe', language: 'de', prompt: null },
      noise_reduction: { type: 'near_field' as const },
      turn_detection: {
        type: 'semantic_vad' as const,
        eagerness: 'low' as const,
        create_response: true,
        interrupt_response: true,
      },
    }
    const include = ['item.input_audio_transcription.logprobs' as const]
    expect(change(open(), { audio: { input }, include })).toEqual([
      {
        type: 'session.updated',
        session: {
          ...shown,
          include,
          audio: {
            input: { ...shown.audio.input, ...input, turn_detection: { type: 'semantic_vad', eagerness: 'low' } },
          },
        },
      },
    ])
  })

  it('shows that turns are not found, where they are not', () => {
    expect(change(open(), { audio: { input: { turn_detection: null } } })).toMatchObject([
      { session: { audio: { input: { turn_detection: null } } } },
    ])
  })

  it('tells the words of each turn, and answers none', () => {
    const simulation = open()
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 1_300 })
    expect(simulation.events.slice(1).map(({ type }) => type)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
    ])
    expect(typesIn(simulation.effects)).not.toContain('(generate)')
  })

  it('tells the words of what the client commits', () => {
    const simulation = open()
    change(simulation, { audio: { input: { turn_detection: null } } })
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    expect(typesIn(simulation.client({ type: 'input_audio_buffer.commit' }))).toContain('(transcribe)')
  })

  it('speaks to nobody who is silent', () => {
    const simulation = open()
    const { turn_detection } = simulation.state.session.audio.input
    if (turn_detection?.type !== 'server_vad') throw new Error('Turns are found by default')
    change(simulation, { audio: { input: { turn_detection: { ...turn_detection, idle_timeout_ms: 5_000 } } } })
    expect(simulation.feed({ kind: 'timer_fired', subject: 'idle' })).toEqual([])
  })

  it.each([{ type: 'response.create' as const }, { type: 'response.cancel' as const }])('refuses %o', ({ type }) => {
    const simulation = open()
    const effects = simulation.client({ type, event_id: 'event_mine' })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param: 'type', event_id: 'event_mine' }])
  })

  it('never becomes one that answers, nor the other way round', () => {
    const event = { type: 'session.update' as const, event_id: 'event_mine' }
    const written = open().client({ ...event, session: { type: 'realtime', instructions: 'x' } })
    const answering = new Simulation().client({ ...event, session: { type: 'transcription' } })
    for (const effects of [written, answering]) {
      expect(effects).toHaveLength(1)
      expect(errorsIn(effects)).toMatchObject([
        { code: 'invalid_value', param: 'session.type', event_id: 'event_mine' },
      ])
    }
  })

  it('of a model that listens on does not find turns itself', () => {
    const simulation = open()
    const transcription = { model: 'gpt-realtime-whisper', language: null, prompt: null }
    expect(change(simulation, { audio: { input: { transcription } } })).toMatchObject([
      { type: 'error', error: { code: 'invalid_value', param: 'session.audio.input.turn_detection' } },
    ])
    expect(change(simulation, { audio: { input: { transcription, turn_detection: null } } })).toMatchObject([
      { type: 'session.updated', session: { audio: { input: { turn_detection: null, transcription } } } },
    ])
  })
})
