import type { ItemInput, SessionPatch } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import { errorsIn, lastEntry, requestIn, respond, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

type Part = Extract<ItemInput, { role: 'user' }>['content'][number]

/** Audio of 24 kHz pcm16, in base64. */
function pcm(ms: number): string {
  return Buffer.alloc(ms * 48).toString('base64')
}

function create(simulation: Simulation, ...content: Part[]): readonly Effect[] {
  return simulation.client({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
}

const transcribed = {
  audio: { input: { transcription: { model: 'whisper-1', language: 'de', prompt: 'Namen' } } },
} satisfies Omit<SessionPatch, 'type'>

describe('Audio that comes with an item', () => {
  it('is stored, and echoed without its bytes and with the key of its words', () => {
    const simulation = new Simulation()
    const effects = create(simulation, { type: 'input_audio', audio: pcm(20) }, { type: 'input_text', text: 'Hear?' })
    const content = [
      { type: 'input_audio', transcript: null },
      { type: 'input_text', text: 'Hear?' },
    ]
    expect(sentIn(effects)).toMatchObject([{ item: { content } }, { item: { content } }])
    expect(sentIn(effects)[0]).not.toHaveProperty('item.content.0.audio')
    expect(effects).toContainEqual({
      kind: 'store_audio',
      itemId: lastEntry(simulation).item.id,
      audio: pcm(20),
      format: { type: 'audio/pcm', rate: 24_000 },
    })
    expect(lastEntry(simulation)).toMatchObject({ audio: 'heard', audioMs: 20 })
  })

  it.each([
    ['audio/pcmu', 80],
    ['audio/pcma', 80],
  ] as const)('is as long as its format says: %s', (type, bytes) => {
    const simulation = new Simulation()
    update(simulation, { audio: { input: { format: { type } } } })
    create(simulation, { type: 'input_audio', audio: Buffer.alloc(bytes).toString('base64') })
    expect(lastEntry(simulation).audioMs).toBe(10)
    expect(simulation.effects.find(({ kind }) => kind === 'store_audio')).toMatchObject({ format: { type } })
  })

  it('is written down at once where the session tells words, and the words are told', () => {
    const simulation = new Simulation()
    update(simulation, transcribed)
    const effects = create(simulation, { type: 'input_audio', audio: pcm(20) })
    const itemId = lastEntry(simulation).item.id
    expect(typesIn(effects).slice(-3)).toEqual(['(store_audio)', '(transcribe)', '(arm_timer)'])
    expect(effects.find(({ kind }) => kind === 'transcribe')).toEqual({
      kind: 'transcribe',
      jobId: expect.stringMatching(/^job_/) as string,
      request: { itemId, language: 'de', prompt: 'Namen' },
    })
    expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: itemId, ms: 60_020 })
    const told = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 20 })
    expect(sentIn(told)).toMatchObject([{ delta: 'hello' }, { transcript: 'hello' }])
  })

  it('is written down only once a response reads it where the session does not tell words', () => {
    const simulation = new Simulation()
    create(simulation, { type: 'input_audio', audio: pcm(20) })
    expect(typesIn(simulation.effects)).not.toContain('(transcribe)')
    const itemId = lastEntry(simulation).item.id
    respond(simulation)
    expect(typesIn(simulation.effects)).toContain('(transcribe)')
    expect(typesIn(simulation.effects)).not.toContain('(generate)')
    expect(sentIn(simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 20 }))).toEqual([])
    expect(requestIn(simulation).itemIds).toEqual([itemId])
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ transcript: 'hello' }] })
  })

  it('is waited for with all other audio that the response reads', () => {
    const simulation = new Simulation()
    for (const ms of [20, 30]) create(simulation, { type: 'input_audio', audio: pcm(ms) })
    const [first = '', second = ''] = simulation.state.entries.map(({ item }) => item.id)
    respond(simulation)
    const one = simulation.feed({ kind: 'transcript_final', itemId: second, text: 'two', audioMs: 30 })
    expect(typesIn(one)).not.toContain('(generate)')
    const both = simulation.feed({ kind: 'transcript_final', itemId: first, text: 'one', audioMs: 20 })
    expect(typesIn(both)).toContain('(generate)')
    expect(requestIn(simulation).itemIds).toEqual([first, second])
  })

  it('is not read by a response that begins before it, nor written down for that', () => {
    const simulation = new Simulation()
    respond(simulation)
    create(simulation, { type: 'input_audio', audio: pcm(20) })
    expect(typesIn(simulation.effects)).not.toContain('(transcribe)')
  })

  it('whose words the client knows is not written down again', () => {
    const simulation = new Simulation()
    update(simulation, transcribed)
    create(simulation, { type: 'input_audio', audio: pcm(20), transcript: 'known' })
    respond(simulation)
    expect(typesIn(simulation.effects)).not.toContain('(transcribe)')
    expect(typesIn(simulation.effects)).toContain('(generate)')
    expect(lastEntry(simulation).item).toMatchObject({ content: [{ transcript: 'known' }] })
  })

  it('is at most one part of an item', () => {
    const simulation = new Simulation()
    const part = { type: 'input_audio' as const, audio: pcm(1) }
    const effects = create(simulation, part, { type: 'input_text', text: 'and' }, part)
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param: 'item.content[2].type' }])
  })

  it('of half a sample is refused, save where a sample is a byte', () => {
    const simulation = new Simulation()
    const part = { type: 'input_audio' as const, audio: Buffer.alloc(3).toString('base64') }
    const effects = create(simulation, { type: 'input_text', text: 'and' }, part)
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      {
        code: 'invalid_value',
        param: 'item.content[1].audio',
        message: expect.stringContaining('bytes (3)') as string,
      },
    ])
    update(simulation, { audio: { input: { format: { type: 'audio/pcmu' } } } })
    expect(errorsIn(create(simulation, part))).toEqual([])
  })

  it('is bounded as long as nobody has written it down', () => {
    const simulation = new Simulation({ keptAudioMs: 100 })
    create(simulation, { type: 'input_audio', audio: pcm(60) })
    const first = lastEntry(simulation).item.id
    const effects = create(simulation, { type: 'input_audio', audio: pcm(41) })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'conversation_full', param: 'item.content[0].audio' }])
    expect(errorsIn(create(simulation, { type: 'input_audio', audio: pcm(40) }))).toEqual([])
    respond(simulation)
    simulation.feed({ kind: 'transcript_final', itemId: first, text: 'hello', audioMs: 60 })
    expect(errorsIn(create(simulation, { type: 'input_audio', audio: pcm(60) }))).toEqual([])
    expect(simulation.effects).toContainEqual({ kind: 'free_audio', itemId: first })
  })

  it('is bounded over all that one response is given to read', () => {
    const simulation = new Simulation({ keptAudioMs: 100 })
    const item = {
      type: 'message' as const,
      role: 'user' as const,
      content: [{ type: 'input_audio' as const, audio: pcm(40) }],
    }
    const effects = simulation.client({
      type: 'response.create',
      response: { conversation: 'none', input: [item, item, item] },
    })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      { code: 'conversation_full', param: 'response.input[2].content[0].audio' },
    ])
    respond(simulation, { conversation: 'none', input: [item, item] })
    expect(simulation.state.asides).toHaveLength(2)
    // what a response reads counts for what comes after it
    expect(errorsIn(create(simulation, ...item.content))).toMatchObject([{ code: 'conversation_full' }])
  })

  it('whose words are known gives way to later audio as any other', () => {
    const simulation = new Simulation({ keptAudioMs: 100 })
    create(simulation, { type: 'input_audio', audio: pcm(60), transcript: 'one' })
    const first = lastEntry(simulation).item.id
    const effects = create(simulation, { type: 'input_audio', audio: pcm(60), transcript: 'two' })
    expect(effects).toContainEqual({ kind: 'free_audio', itemId: first })
    expect(simulation.state.entries.map(({ audio }) => audio)).toEqual([null, 'heard'])
  })

  it('is not told to anybody where only a response was given to read it', () => {
    const simulation = new Simulation()
    update(simulation, transcribed)
    const item = {
      type: 'message' as const,
      role: 'user' as const,
      content: [{ type: 'input_audio' as const, audio: pcm(40) }],
    }
    respond(simulation, { input: [item] })
    const itemId = simulation.state.asides[0]?.item.id ?? ''
    expect(simulation.effects.filter(({ kind }) => kind === 'transcribe')).toHaveLength(1)
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 40 })
    expect(sentIn(effects)).toEqual([])
    expect(requestIn(simulation).itemIds).toEqual([itemId])
  })
})
