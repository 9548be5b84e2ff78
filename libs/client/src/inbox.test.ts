import { describe, expect, it } from 'vitest'
import { type Inbox, makeInbox } from './inbox.ts'

function taker(inbox: Inbox): (type: string, eventId?: string, fields?: object) => ReturnType<Inbox['take']> {
  return (type, event_id, fields) => inbox.take(JSON.stringify({ type, event_id, ...fields }))
}

describe('The inbox', () => {
  it('takes each event once, and remembers where to go on', () => {
    const inbox = makeInbox()
    const take = taker(inbox)
    expect(inbox).toMatchObject({ mark: null, isEmpty: true })
    expect(take('session.created', 'event_abcdefghijklmno000001', { session: { id: 'sess_1' } })).toBe('new')
    expect(inbox).toMatchObject({ isEmpty: false, mark: { sessionId: 'sess_1' } })
    expect(take('told', 'event_abcdefghijklmno00000z')).toBe('new')
    expect(take('told', 'event_abcdefghijklmno00000z')).toBe('known')
    expect(take('told', 'event_abcdefghijklmno00000Z')).toBe('known')
    expect(take('told', 'event_abcdefghijklmno000010')).toBe('new')
    expect(inbox.mark).toEqual({ sessionId: 'sess_1', lastEventId: 'event_abcdefghijklmno000010' })
  })

  it('counts on when a digit is full', () => {
    const inbox = makeInbox()
    const take = taker(inbox)
    take('session.created', 'event_abcdefghijklmno0zzzzz', { session: { id: 'sess_1' } })
    expect(take('told', 'event_abcdefghijklmno100000')).toBe('new')
    expect(take('told', 'event_abcdefghijklmno0zzzzz')).toBe('known')
    expect(inbox.mark?.lastEventId).toBe('event_abcdefghijklmno100000')
  })

  it('passes on what has no number in the session, and does not go on from there', () => {
    const inbox = makeInbox()
    const take = taker(inbox)
    take('session.created', 'event_abcdefghijklmno000001', { session: { id: 'sess_1' } })
    expect(take('input_audio_buffer.dtmf_event_received')).toBe('new')
    expect(take('error', 'event_AAAAAAAAAAAAAAA000000')).toBe('new')
    expect(inbox.take('no event')).toBe('new')
    expect(inbox.take(new ArrayBuffer(1))).toBe('new')
    expect(inbox.mark?.lastEventId).toBe('event_abcdefghijklmno000001')
  })

  it('knows when another connection has the session', () => {
    const error = { code: 'session_resumed_elsewhere', message: '' }
    expect(taker(makeInbox())('error', 'event_abcdefghijklmno000001n1', { error })).toBe('taken_over')
  })

  it('keeps to itself that the session was resumed', () => {
    const inbox = makeInbox()
    expect(taker(inbox)('session.resumed', 'event_abcdefghijklmno000009', { session: { id: 'sess_1' } })).toBe('known')
    expect(inbox).toMatchObject({ mark: null, isEmpty: true })
  })
})
