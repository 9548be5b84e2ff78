import { describe, expect, it } from 'vitest'
import { isAppend, readFrame } from './frame.ts'

describe('A frame', () => {
  it('says what concerns the course of its session, and nothing else', () => {
    const read = (event: object): unknown => readFrame(JSON.stringify(event))
    const nothing = { eventId: null, sessionId: null, received: null, error: null }
    const session = { id: 'sess_1' }
    expect(read({ type: 'session.created', event_id: 'e', session })).toEqual({
      ...nothing,
      type: 'session.created',
      eventId: 'e',
      sessionId: 'sess_1',
    })
    expect(read({ type: 'transcription_session.created', session })).toMatchObject({ sessionId: 'sess_1' })
    expect(read({ type: 'session.updated', session })).toEqual({ ...nothing, type: 'session.updated' })
    const received = { events: 3, audio_from: 2 }
    expect(read({ type: 'session.resumed', session, received })).toMatchObject({
      sessionId: 'sess_1',
      received: { events: 3, audioFrom: 2 },
    })
    expect(read({ type: 'session.resumed', session, received: { events: -1, audio_from: 2 } })).toMatchObject({
      received: null,
    })
    expect(read({ type: 'error', error: { code: null, message: 'No' } })).toMatchObject({
      error: { code: 'unknown', message: 'No' },
    })
  })

  it('that is no event is nothing', () => {
    for (const data of ['', '{', 'null', '"x"', '{}', '{"type":1}', new ArrayBuffer(2)]) {
      expect(readFrame(data)).toBe(null)
    }
  })
})

describe('Audio for the input buffer', () => {
  it('is known by its type alone, wherever that stands', () => {
    expect(isAppend('{"type":"input_audio_buffer.append","audio":"AAAA"}')).toBe(true)
    expect(isAppend('{"event_id":"e", "audio":"AAAA", "type" : "input_audio_buffer.append"}')).toBe(true)
    expect(isAppend('{"type":"input_audio_buffer.commit"}')).toBe(false)
    expect(isAppend('{"type":"x","item":{"type":"input_audio_buffer.append"}}')).toBe(false)
    expect(isAppend('{"type":"x","text":"\\"type\\":\\"input_audio_buffer.append\\""}')).toBe(false)
    expect(isAppend('input_audio_buffer.append')).toBe(false)
  })
})
