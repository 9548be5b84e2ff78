import { describe, expect, it } from 'vitest'
import { outageFailure } from './outage.ts'
import {
  errorsIn,
  finish,
  lastEntry,
  mcpTool,
  requestIn,
  respond,
  speak,
  update,
  withServer,
} from './scenes.testing.ts'
import { responseIn, sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'
import type { SessionLimits } from './state.ts'

const apology = 'Sorry.'
const transcription = { model: 'whisper-1', language: null, prompt: null }

function withItem(limits: Partial<SessionLimits> = {}): Simulation {
  const simulation = new Simulation({ apology, ...limits })
  userSays(simulation, 'hello')
  return simulation
}

function lose(simulation: Simulation, service: 'transcription' | 'language' | 'speech') {
  return simulation.feed({ kind: 'service_lost', service })
}

function restore(simulation: Simulation, service: 'transcription' | 'language' | 'speech') {
  return simulation.feed({ kind: 'service_restored', service })
}

function doneIn({ events }: Simulation) {
  return events.flatMap((event) => (event.type === 'response.done' ? [event.response] : []))
}

const unspeakable = { ...outageFailure.speech, type: 'server_error', param: null, event_id: null }
const unanswerable = { ...outageFailure.language, type: 'server_error', param: null, event_id: null }

describe('A service that is lost', () => {
  it.each(['transcription', 'language', 'speech'] as const)('is of no matter where nobody needs it: %s', (service) => {
    const simulation = withItem()
    expect(lose(simulation, service)).toEqual([])
    expect(lose(simulation, service)).toEqual([])
    expect(restore(simulation, service)).toEqual([])
    const { state } = simulation
    expect(restore(simulation, service)).toEqual([])
    expect(simulation.state).toBe(state)
    expect(state.outages).toEqual({ transcription: 'none', language: 'none', speech: 'none' })
  })
})

describe('While nobody can speak', () => {
  it('an answer is asked for as text, and is told as the transcript of no audio', () => {
    const simulation = withItem()
    lose(simulation, 'speech')
    const responseId = respond(simulation)
    expect(requestIn(simulation).speech).toBeUndefined()
    simulation.feed({ kind: 'text_generated', responseId, text: 'Hello.' })
    expect(typesIn(finish(simulation, responseId))).toContain('response.done')
    expect(simulation.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['response.output_audio_transcript.delta', 'response.output_audio.done']),
    )
    expect(doneIn(simulation)).toMatchObject([
      { status: 'completed', output: [{ content: [{ type: 'output_audio', transcript: 'Hello.' }] }] },
    ])
  })

  it('the client is told so once, when an answer should have been heard', () => {
    const simulation = withItem()
    lose(simulation, 'speech')
    const first = simulation.client({ type: 'response.create' })
    expect(errorsIn(first)).toEqual([unspeakable])
    expect(typesIn(first).slice(0, 2)).toEqual(['response.created', 'error'])
    finish(simulation, responseIn(simulation))
    lose(simulation, 'speech')
    expect(errorsIn(simulation.client({ type: 'response.create' }))).toEqual([])
    finish(simulation, responseIn(simulation))
    restore(simulation, 'speech')
    respond(simulation)
    expect(requestIn(simulation).speech).toMatchObject({ voice: 'alloy', speed: 1 })
    finish(simulation, responseIn(simulation))
    lose(simulation, 'speech')
    expect(errorsIn(simulation.client({ type: 'response.create' }))).toEqual([unspeakable])
  })

  it('an answer in text is as ever', () => {
    const simulation = withItem()
    lose(simulation, 'speech')
    expect(errorsIn(simulation.client({ type: 'response.create', response: { output_modalities: ['text'] } }))).toEqual(
      [],
    )
  })

  it('an answer on its way goes on as text when its voice is missed, and what there is of that is still sent', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    speak(simulation, responseId, [{ text: 'One. ', samples: 48 }])
    expect(errorsIn(lose(simulation, 'speech'))).toEqual([])
    simulation.feed({ kind: 'text_generated', responseId, text: 'Two. Three. ' })
    const planned = simulation.feed({ kind: 'segment_planned', responseId, segment: 1, text: 'Two. ' })
    expect(errorsIn(planned)).toEqual([unspeakable])
    simulation.feed({ kind: 'segment_planned', responseId, segment: 2, text: 'Three. ' })
    const early = { kind: 'audio_generated', responseId, segment: 2, offset: 0, audio: { samples: 24 } } as const
    expect(simulation.feed(early)).toEqual([])
    simulation.feed({ ...early, offset: 30 })
    const effects = finish(simulation, responseId, { segments: 3 })
    expect(typesIn(effects)).toEqual(
      expect.arrayContaining(['(cancel_work)', '(send_audio)', 'response.output_audio.done', 'response.done']),
    )
    expect(effects.filter(({ kind }) => kind === 'send_audio')).toMatchObject([{ audio: { samples: 24 }, skip: 0 }])
    expect(doneIn(simulation)).toMatchObject([{ status: 'completed' }])
    expect(lastEntry(simulation).segments).toEqual([
      { text: 'One. ', sentMs: 2, totalMs: 2 },
      { text: 'Two. ', sentMs: 0, totalMs: null },
      { text: 'Three. ', sentMs: 1, totalMs: null },
    ])
  })

  it('an answer whose text is whole ends at once', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. ' })
    finish(simulation, responseId, { segments: 1 })
    const effects = lose(simulation, 'speech')
    expect(errorsIn(effects)).toEqual([unspeakable])
    expect(doneIn(simulation)).toMatchObject([{ id: responseId, status: 'completed' }])
    expect(
      simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 1 } }),
    ).toEqual([])
  })

  it('an answer is spoken all the same where somebody can again before its text is whole', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'segment_planned', responseId, segment: 0, text: 'One. ' })
    const lost = lose(simulation, 'speech')
    expect(errorsIn(lost)).toEqual([unspeakable])
    expect(lost).toHaveLength(1)
    expect(restore(simulation, 'speech')).toEqual([])
    finish(simulation, responseId, { segments: 1 })
    expect(simulation.state.response?.id).toBe(responseId)
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 24 } })
    simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 24 })
    expect(doneIn(simulation)).toMatchObject([{ status: 'completed' }])
  })

  it('an answer still waits for the servers that it calls', () => {
    const simulation = withItem()
    withServer(simulation, { ...mcpTool, require_approval: 'never' }, ['read'])
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One. ' })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    lose(simulation, 'speech')
    finish(simulation, responseId, { segments: 1 })
    expect(doneIn(simulation)).toEqual([])
    simulation.feed({ kind: 'tool_called', itemId: lastEntry(simulation).item.id, output: 'text' })
    expect(doneIn(simulation)).toMatchObject([{ status: 'completed', output: [{}, { output: 'text' }] }])
  })

  it('a segment that fails is not told of again', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'segment_planned', responseId, segment: 0, text: 'One. ' })
    lose(simulation, 'speech')
    const failed = { kind: 'segment_failed', responseId, segment: 0, code: 'engine', message: 'mute' } as const
    expect(errorsIn(simulation.feed(failed))).toEqual([])
  })
})

describe('While no language model can be reached', () => {
  it('an answer is an apology in its place, and fails once that was spoken', () => {
    const simulation = withItem()
    lose(simulation, 'language')
    const effects = simulation.client({ type: 'response.create' })
    expect(errorsIn(effects)).toEqual([unanswerable])
    expect(typesIn(effects)).not.toContain('(generate)')
    const [spoken] = effects.flatMap((effect) => (effect.kind === 'speak' ? [effect] : []))
    const responseId = responseIn(simulation)
    expect(spoken).toMatchObject({ responseId, text: apology, voice: 'alloy', speed: 1 })
    expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: responseId, ms: 60_000 })
    const segment = spoken?.segment ?? 0
    const audio = { samples: 2_400 }
    expect(typesIn(simulation.feed({ kind: 'audio_generated', responseId, segment, offset: 0, audio }))).toContain(
      '(send_audio)',
    )
    simulation.feed({ kind: 'segment_spoken', responseId, segment, samples: 2_400 })
    expect(doneIn(simulation)).toMatchObject([
      {
        status: 'failed',
        status_details: { type: 'failed', error: { type: 'server_error', ...outageFailure.language } },
        output: [{ status: 'incomplete', content: [{ type: 'output_audio', transcript: apology }] }],
        usage: { total_tokens: 0 },
      },
    ])
    expect(simulation.effects.findLast(({ kind }) => kind === 'settle')).toEqual({
      kind: 'settle',
      responseId,
      tokens: 0,
    })
    expect(lastEntry(simulation)).toMatchObject({
      audio: 'spoken',
      audioMs: 100,
      segments: [{ text: apology, totalMs: 100 }],
    })
  })

  it('what still comes of the answer itself is not told', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    lose(simulation, 'language')
    expect(simulation.feed({ kind: 'text_generated', responseId, text: 'Late.' })).toEqual([])
    expect(simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'f' })).toEqual([])
    expect(
      simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 1 } }),
    ).toEqual([])
    expect(simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 1 })).toEqual([])
    expect(finish(simulation, responseId, { segments: 1 })).toEqual([])
    const failed = { kind: 'generation_failed', responseId, code: 'all_providers_failed', message: 'no' } as const
    expect(simulation.feed(failed)).toEqual([])
    expect(simulation.state.response?.text).toBe(apology)
  })

  it('an answer in text has the apology as its text', () => {
    const simulation = withItem()
    lose(simulation, 'language')
    const effects = simulation.client({ type: 'response.create', response: { output_modalities: ['text'] } })
    expect(typesIn(effects)).not.toContain('(speak)')
    expect(doneIn(simulation)).toMatchObject([
      { status: 'failed', output: [{ content: [{ type: 'output_text', text: apology }] }] },
    ])
  })

  it.each(['all_providers_failed', 'service_unavailable'])(
    'it is the same for one that failed for that: %s',
    (code) => {
      const simulation = withItem()
      const responseId = respond(simulation, { output_modalities: ['text'] })
      const effects = simulation.feed({ kind: 'generation_failed', responseId, code, message: 'gone' })
      expect(errorsIn(effects)).toEqual([])
      expect(doneIn(simulation)).toMatchObject([
        { status_details: { error: { code, message: 'gone' } }, output: [{ content: [{ text: apology }] }] },
      ])
    },
  )

  it.each(['rate_limit_exceeded', 'worker_lost'])('another failure is not apologized for: %s', (code) => {
    const simulation = withItem()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'generation_failed', responseId, code, message: 'no' })
    expect(doneIn(simulation)).toMatchObject([{ status: 'failed', output: [] }])
  })

  it('an answer that was begun ends with what there is of it', () => {
    const simulation = withItem()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Well' })
    expect(errorsIn(lose(simulation, 'language'))).toEqual([unanswerable])
    expect(doneIn(simulation)).toMatchObject([{ status: 'failed', output: [{ content: [{ text: 'Well' }] }] }])
  })

  it('an answer of which all was said is spoken to its end', () => {
    const simulation = withItem()
    const responseId = respond(simulation)
    speak(simulation, responseId, [{ text: 'One.', samples: 24 }])
    finish(simulation, responseId, { segments: 2 })
    expect(lose(simulation, 'language')).toEqual([])
    expect(simulation.state.response?.id).toBe(responseId)
  })

  it('an answer that waits for words is asked for if the model is back when they come', () => {
    const simulation = new Simulation({ apology })
    const itemId = simulation.speak()
    expect(lose(simulation, 'language')).toEqual([])
    restore(simulation, 'language')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 1_000 })
    expect(typesIn(effects)).toContain('(generate)')
    const nextId = simulation.speak()
    lose(simulation, 'language')
    const late = simulation.feed({ kind: 'transcript_final', itemId: nextId, text: 'hello', audioMs: 1_000 })
    expect(typesIn(late)).toContain('(speak)')
  })

  it('an answer that apologizes waits for nothing', () => {
    const simulation = new Simulation({ apology })
    const itemId = simulation.speak()
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'generation_failed', responseId, code: 'service_unavailable', message: 'gone' })
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 1_000 })
    expect(typesIn(effects)).not.toContain('(generate)')
    expect(simulation.state.response?.id).toBe(responseId)
  })

  it.each([null, ''])('there may be no words for it: %j', (none) => {
    const simulation = withItem({ apology: none })
    lose(simulation, 'language')
    simulation.client({ type: 'response.create' })
    expect(doneIn(simulation)).toMatchObject([{ status: 'failed', output: [] }])
  })

  it('the apology is text where nobody can speak either, or its voice fails or never comes', () => {
    const silent = withItem()
    lose(silent, 'language')
    lose(silent, 'speech')
    expect(errorsIn(silent.client({ type: 'response.create' }))).toEqual([unanswerable, unspeakable])
    const left = withItem()
    lose(left, 'language')
    const leftId = respond(left)
    expect(errorsIn(lose(left, 'speech'))).toEqual([unspeakable])
    const failing = withItem()
    lose(failing, 'language')
    const responseId = respond(failing)
    const segment = failing.state.response?.speech.segment ?? 0
    failing.feed({ kind: 'segment_failed', responseId, segment, code: 'engine', message: 'mute' })
    const slow = withItem()
    lose(slow, 'language')
    const slowId = respond(slow)
    slow.feed({ kind: 'timer_fired', subject: slowId })
    for (const simulation of [silent, left, failing, slow]) {
      expect(doneIn(simulation)).toMatchObject([
        { status: 'failed', output: [{ content: [{ type: 'output_audio', transcript: apology }] }] },
      ])
    }
    expect(leftId).toBe(doneIn(left)[0]?.id)
  })

  it('the apology can be interrupted', () => {
    const simulation = withItem()
    lose(simulation, 'language')
    respond(simulation)
    simulation.feed({ kind: 'audio_heard', ms: 500 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    expect(doneIn(simulation)).toMatchObject([{ status: 'cancelled' }])
  })
})

describe('While nobody can transcribe', () => {
  function transcribing(limits: Partial<SessionLimits> = {}): Simulation {
    const simulation = new Simulation(limits)
    update(simulation, { audio: { input: { transcription } } })
    return simulation
  }

  const type = 'conversation.item.input_audio_transcription.failed'

  it('words that are waited for have failed, and so has the answer to them', () => {
    const simulation = transcribing()
    const itemId = simulation.speak()
    const effects = lose(simulation, 'transcription')
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: itemId })
    expect(sentIn(effects)).toMatchObject([
      { type, item_id: itemId, error: outageFailure.transcription },
      { type: 'response.done', response: { status: 'failed', status_details: { error: outageFailure.transcription } } },
    ])
  })

  it('nobody is asked for more, and what is said fails as soon as it is an item', () => {
    const simulation = transcribing()
    lose(simulation, 'transcription')
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const effects = simulation.feed({ kind: 'speech_stopped', endMs: 1_000 })
    expect(sentIn(effects).map((event) => event.type)).toEqual([
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      type,
      'response.done',
    ])
    expect(typesIn(simulation.effects)).not.toContain('(transcribe)')
    restore(simulation, 'transcription')
    simulation.speak()
    expect(typesIn(simulation.effects)).toContain('(transcribe)')
  })

  it('what an engine heard while it was there counts, if it is back when the turn ends', () => {
    const simulation = transcribing({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const itemId = simulation.state.buffer.itemId ?? ''
    expect(lose(simulation, 'transcription')).toEqual([])
    restore(simulation, 'transcription')
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_000 }))).not.toContain('(transcribe)')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 900 })
    expect(typesIn(effects)).toContain('(generate)')
  })

  it('one that listens live is not asked, but may be once the turn has ended', () => {
    const simulation = transcribing({ transcribesLive: true })
    lose(simulation, 'transcription')
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    expect(typesIn(simulation.feed({ kind: 'speech_started', startMs: 100 }))).not.toContain('(transcribe)')
    restore(simulation, 'transcription')
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_000 }))).toContain('(transcribe)')
  })

  it('what only a response was given to hear fails with it', () => {
    const simulation = transcribing()
    lose(simulation, 'transcription')
    const content = [{ type: 'input_audio' as const, audio: 'AAAAAAAA' }]
    const input = [1, 2].map(() => ({ type: 'message' as const, role: 'user' as const, content }))
    const effects = simulation.client({ type: 'response.create', response: { conversation: 'none', input } })
    expect(sentIn(effects).map((event) => event.type)).toEqual(['response.created', 'response.done'])
    expect(simulation.state.asides).toEqual([])
    const stopped = effects.flatMap((effect) => (effect.kind === 'cancel_work' ? [effect.subject] : []))
    expect(stopped).toHaveLength(3)
    expect(new Set(stopped).size).toBe(3)
  })
})
