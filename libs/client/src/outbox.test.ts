import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeOutbox, type Outbox } from './outbox.ts'

const append = (audio: string): string => JSON.stringify({ type: 'input_audio_buffer.append', audio })
const event = (id: string): string => JSON.stringify({ event_id: id, type: 'x' })

function open(maxBufferedBytes = 1e6, maxBufferedMs = 1e6): { outbox: Outbox; pass(ms: number): void } {
  const clock = makeManualClock()
  return { outbox: makeOutbox({ maxBufferedBytes, maxBufferedMs, clock }), pass: (ms) => clock.advance(ms) }
}

describe('The outbox', () => {
  it('gives again what the gateway has not taken, as often as it is asked', () => {
    const { outbox } = open()
    const sent = [append('1'), event('2'), append('3'), event('4'), append('5')]
    for (const text of sent) outbox.add(text)
    expect(outbox.sentEvents).toBe(5)
    for (const times of [1, 2]) {
      expect(outbox.wantedAgain({ events: 0, audioFrom: 1 }), String(times)).toEqual(sent)
      expect(outbox.wantedAgain({ events: 3, audioFrom: 4 })).toEqual(sent.slice(3))
      expect(outbox.wantedAgain({ events: 4, audioFrom: 2 })).toEqual([append('3'), append('5')])
      expect(outbox.wantedAgain({ events: 5, audioFrom: 6 })).toEqual([])
    }
  })

  it('forgets what is much older than the latest audio, however long nothing is sent', () => {
    const { outbox, pass } = open(1e6, 1_000)
    outbox.add(event('1'))
    outbox.add(append('2'))
    pass(5_000)
    outbox.add(event('3'))
    expect(outbox.wantedAgain({ events: 0, audioFrom: 1 })).toHaveLength(3)
    outbox.add(append('4'))
    expect(outbox.wantedAgain({ events: 1, audioFrom: 2 })).toBe(null)
    expect(outbox.wantedAgain({ events: 2, audioFrom: 3 })).toEqual([event('3'), append('4')])
  })

  it('forgets what has no room, the oldest first, and keeps the newest however large it is', () => {
    const { outbox } = open(100)
    outbox.add(append('1'))
    outbox.add(event('é'.repeat(40)))
    expect(outbox.wantedAgain({ events: 1, audioFrom: 1 })).toBe(null)
    expect(outbox.wantedAgain({ events: 1, audioFrom: 2 })).toEqual([event('é'.repeat(40))])
    outbox.add(event('x'.repeat(200)))
    expect(outbox.wantedAgain({ events: 1, audioFrom: 4 })).toBe(null)
    expect(outbox.wantedAgain({ events: 2, audioFrom: 3 })).toEqual([event('x'.repeat(200))])
    for (const id of ['4', '5', '6']) outbox.add(event(id))
    expect(outbox.wantedAgain({ events: 3, audioFrom: 4 })).toEqual(['4', '5', '6'].map(event))
  })

  it('does not take a number that it has not given', () => {
    const { outbox } = open()
    outbox.add(event('1'))
    expect(outbox.wantedAgain({ events: 2, audioFrom: 3 })).toBe(null)
  })

  it('numbers what waits only when it is released', () => {
    const { outbox } = open()
    outbox.add(event('1'))
    outbox.hold(event('2'))
    outbox.hold(append('3'))
    expect(outbox.sentEvents).toBe(1)
    expect(outbox.waitingBytes).toBe(event('2').length + append('3').length)
    expect(outbox.wantedAgain({ events: 1, audioFrom: 1 })).toEqual([])
    expect(outbox.release()).toEqual([event('2'), append('3')])
    expect(outbox).toMatchObject({ sentEvents: 3, waitingBytes: 0 })
    expect(outbox.release()).toEqual([])
    expect(outbox.wantedAgain({ events: 2, audioFrom: 3 })).toEqual([append('3')])
  })

  it('lets the oldest audio go when too much waits, and refuses what still finds no room', () => {
    const first = event('first')
    const last = event('last, and as long as two appends'.padEnd(append('11').length))
    const full = expect.objectContaining({ name: 'QuotaExceededError' }) as Error
    const { outbox } = open(first.length + 2 * append('11').length)
    outbox.hold(first)
    for (const audio of ['11', '22', '33', '44']) outbox.hold(append(audio))
    expect(outbox.droppedAppends).toBe(2)
    expect(() => outbox.hold(append('z'.repeat(1_000)))).toThrow(full)
    expect(outbox.droppedAppends).toBe(2)
    outbox.hold(last)
    expect(outbox.droppedAppends).toBe(4)
    expect(() => outbox.hold(last)).toThrow(full)
    expect(() => outbox.hold(append('z'.repeat(1_000)))).toThrow(full)
    expect(outbox.release()).toEqual([first, last])
    for (const audio of ['11', '22']) outbox.hold(append(audio))
    outbox.release()
    for (const text of [first, last]) outbox.hold(text)
    expect(() => outbox.hold(last)).toThrow(full)
  })
})
