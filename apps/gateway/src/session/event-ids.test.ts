import { newId } from '@voicebox/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventId, noticeId, numberOf } from './event-ids.ts'

const number = fc.integer({ min: 0, max: 62 ** 6 - 1 })

describe('The id of an event', () => {
  it('says the place of the event in its session', () => {
    const sessionId = newId('sess')
    fc.assert(fc.property(number, (at) => void expect(numberOf(sessionId, eventId(sessionId, at))).toBe(at)))
  })

  it('is another for each notice after an event, and leads to that event', () => {
    const sessionId = newId('sess')
    const ids = [eventId(sessionId, 7), noticeId(sessionId, 7, 1), noticeId(sessionId, 7, 2)]
    expect(new Set(ids).size).toBe(3)
    expect(ids.map((id) => numberOf(sessionId, id))).toEqual([7, 7, 7])
  })

  it('is none of another session, nor anything else', () => {
    const sessionId = newId('sess')
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => void expect(numberOf(sessionId, text)).toBeNull()))
    expect(numberOf(sessionId, eventId(newId('sess'), 1))).toBeNull()
    expect(numberOf(sessionId, `${eventId(sessionId, 1)}0`)).toBeNull()
    expect(numberOf(sessionId, eventId(sessionId, 1).slice(0, -1))).toBeNull()
  })
})
