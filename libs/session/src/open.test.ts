import { defaultSession } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { configureSession, openSession } from './open.ts'
import { Simulation } from './simulation.testing.ts'

const session = defaultSession({ id: 'sess_abcdefghijklmnopqrstu', model: 'gpt-realtime', expiresAt: 4_000_000_000 })

describe('A session', () => {
  it('is told first, with all of its settings, and then its conversation', () => {
    const simulation = new Simulation()
    expect(simulation.effects).toEqual([
      { kind: 'send', event: { type: 'session.created', session } },
      {
        kind: 'send',
        event: {
          type: 'conversation.created',
          conversation: { id: 'conv_abcdefghijklmno000000', object: 'realtime.conversation' },
        },
      },
    ])
    expect(Object.keys(session)).toEqual(
      expect.arrayContaining(['tools', 'tool_choice', 'tracing', 'truncation', 'prompt', 'include', 'expires_at']),
    )
  })

  it('is told alone where the conversation shall not be', () => {
    const simulation = new Simulation({}, { announcesConversation: false })
    expect(simulation.events).toEqual([{ type: 'session.created', session }])
  })

  it('names its conversation in the answers that belong to it', () => {
    const simulation = new Simulation()
    simulation.client({ type: 'response.create' })
    expect(simulation.events.at(-1)).toMatchObject({ response: { conversation_id: 'conv_abcdefghijklmno000000' } })
  })

  it('can be configured before its first event, as an update would', () => {
    const state = openSession({ session, sessionId: 'sess_abcdefghijklmnopqrstu' })
    const configured = configureSession(state, { type: 'realtime', instructions: 'Be kind.' })
    expect(configured).toEqual({ ok: true, state: { ...state, session: { ...session, instructions: 'Be kind.' } } })
    expect(configureSession(state, { type: 'realtime', model: 'other' })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_value', param: 'session.model' },
    })
  })
})
