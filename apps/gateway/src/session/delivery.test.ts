import { makeResamplers, type Resamplers } from '@voicebox/audio'
import { newId, type SessionId, silentLog } from '@voicebox/kernel'
import { gaDialect, type ServerEvent } from '@voicebox/protocol'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeLife } from '../testing/life.ts'
import { type Line, openLine } from '../testing/line.ts'
import type { Socket } from '../transport/index.ts'
import { makeGeneratedAudio } from './audio-delta.ts'
import { type Delivery, type DeliveryOptions, openDelivery, type SendEffect } from './delivery.ts'
import { eventId, noticeId } from './event-ids.ts'
import type { SentBody } from './sent-body.ts'

const sessionId: SessionId = newId('sess')
let resamplers: Resamplers
beforeAll(async () => {
  resamplers = await makeResamplers()
})

let line: Line
let told: string[]
let journal: { number: number; body: SentBody }[]
beforeEach(() => {
  ;[told, journal] = [[], []]
})

function open(about: Partial<DeliveryOptions> = {}): Delivery {
  let delivery: Delivery | undefined
  const connect = (socket: Socket): Delivery =>
    openDelivery({
      sessionId,
      socket,
      dialect: gaDialect,
      resamplers,
      after: 0,
      known: 0,
      work: { loadAudio: () => Promise.resolve(new Uint8Array(0)) },
      onSent: (number, body) => void journal.push({ number, body }),
      onTold: (event) => void (event.type === 'error' && told.push(event.error.code ?? '')),
      onWritten: () => {},
      maxHeldBytes: 4 << 20,
      onSlow: (isSlow) => void told.push(isSlow ? 'slow' : 'quick'),
      onFailure: (error) => void told.push(String(error)),
      ...about,
    })
  line = openLine(
    (socket) => {
      delivery = connect(socket)
      return { onText: () => {}, onBinary: () => {}, onDrain: () => delivery?.drained(), onClose: () => {} }
    },
    { life: makeLife(), log: silentLog, maxSendBufferBytes: 64 << 20 },
  )
  return delivery ?? expect.fail('There is no delivery')
}

const part = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 }
const cleared: SendEffect = { kind: 'send', event: { type: 'input_audio_buffer.cleared' } }
const deleted = (item_id: string): SendEffect => ({
  kind: 'send',
  event: { type: 'conversation.item.deleted', item_id },
})
const shown = (id: string): SendEffect => ({
  kind: 'show_item',
  item: { id, object: 'realtime.item', type: 'message', role: 'user', status: 'completed', content: [] },
  audio: { origin: 'heard', ms: 20, format: { type: 'audio/pcm', rate: 24_000 } },
})
const audio = (samples: number, type: 'audio/pcm' | 'audio/pcmu' = 'audio/pcm'): SendEffect => ({
  kind: 'send_audio',
  part,
  format: type === 'audio/pcm' ? { type, rate: 24_000 } : { type },
  audio: makeGeneratedAudio(new Uint8Array(samples * 2)),
  skip: 0,
  keep: null,
})

const ids = (): string[] => line.received.map((text) => (JSON.parse(text) as ServerEvent).event_id)
const numbered = (...numbers: number[]): string[] => numbers.map((number) => eventId(sessionId, number))

describe('The delivery', () => {
  it('numbers events by their place in the session, and puts each into the journal', () => {
    const delivery = open({ after: 61 })
    delivery.take(cleared, 0)
    delivery.take(deleted('item_1'), 0)
    expect(ids()).toEqual(numbered(62, 63))
    expect(JSON.parse(line.received[1] ?? '')).toEqual({ ...ev('item_1'), event_id: eventId(sessionId, 63) })
    expect(journal).toEqual([
      { number: 62, body: { kind: 'event', event: { type: 'input_audio_buffer.cleared' } } },
      { number: 63, body: { kind: 'event', event: ev('item_1') } },
    ])
    expect(delivery.lastNumber).toBe(63)
  })

  it('counts audio that nothing can be sent of yet, so that the same effects have the same numbers', () => {
    const delivery = open()
    delivery.take(audio(30, 'audio/pcmu'), 0)
    delivery.take(cleared, 0)
    expect(ids()).toEqual(numbered(2))
    expect(journal.map(({ number }) => number)).toEqual([2])
  })

  it('keeps what rests on a change until that is safe, and all that follows', () => {
    const delivery = open()
    delivery.take(cleared, 1)
    delivery.take(cleared, 0)
    expect(line.received).toEqual([])
    expect(journal).toHaveLength(2)
    delivery.open(1)
    expect(ids()).toEqual(numbered(1, 2))
  })

  it('leaves out what the client has heard of, but not from the journal', () => {
    const delivery = open({ after: 3, known: 5 })
    for (let number = 4; number <= 7; number++) expect(delivery.take(cleared, 0)).toBe(true)
    expect(ids()).toEqual(numbered(6, 7))
    expect(journal.map(({ number }) => number)).toEqual([4, 5, 6, 7])
  })

  it('leaves out numbers whose events cannot be made again', () => {
    const delivery = open({ after: 3, known: 9 })
    delivery.skipTo(9)
    delivery.take(cleared, 0)
    delivery.skipTo(4)
    delivery.take(cleared, 0)
    expect(ids()).toEqual(numbered(10, 11))
  })

  it('tells what was missed first, and the rest once it goes on', async () => {
    const delivery = open({ after: 5, known: 3 })
    delivery.hold()
    delivery.take(cleared, 0)
    delivery.notice({ type: 'input_audio_buffer.cleared' })
    await delivery.repeat(4, { kind: 'event', event: { type: 'input_audio_buffer.cleared' } })
    await delivery.repeat(5, { kind: 'audio', part, bytes: Uint8Array.of(1, 2) })
    delivery.resume()
    expect(ids()).toEqual([noticeId(sessionId, 5, 1), ...numbered(4, 5, 6)])
    expect(JSON.parse(line.received[2] ?? '')).toMatchObject({ type: 'response.output_audio.delta', delta: 'AQI=' })
  })

  it('tells notices at once, each by an id of its own that says after which event', () => {
    const delivery = open()
    delivery.take(cleared, 0)
    delivery.take(cleared, 1)
    delivery.complain({ code: 'one', message: 'One.' })
    delivery.complain({ code: 'two', message: 'Two.' })
    expect(ids()).toEqual([...numbered(1), noticeId(sessionId, 1, 1), noticeId(sessionId, 1, 2)])
    expect(JSON.parse(line.received[2] ?? '')).toMatchObject({ type: 'error', error: { code: 'two', message: 'Two.' } })
    expect(journal).toHaveLength(2)
  })

  it('says of a notice that it came before an event whose audio is still awaited', async () => {
    const audioOf = Promise.withResolvers<Uint8Array>()
    const delivery = open({ work: { loadAudio: () => audioOf.promise } })
    for (const effect of [cleared, shown('item_1')]) delivery.take(effect, 0)
    delivery.complain({ code: 'service_unavailable', message: 'The session store cannot be reached.' })
    audioOf.resolve(new Uint8Array(0))
    await delivery.idle()
    expect(ids()).toEqual([...numbered(1), noticeId(sessionId, 1, 1), ...numbered(2)])
    delivery.complain({ code: 'service_unavailable', message: 'The session store cannot be reached.' })
    expect(ids().at(-1)).toBe(noticeId(sessionId, 2, 2))
  })

  it('says of an error once that it was told, also where the client is told it again', async () => {
    const error: SendEffect = {
      kind: 'send',
      event: {
        type: 'error',
        error: { type: 'invalid_request_error', code: 'invalid_value', message: 'No.', param: null, event_id: null },
      },
    }
    const delivery = open()
    delivery.take(error, 0)
    delivery.complain({ code: 'session_expired', message: 'Over.' })
    for (const { number, body } of journal) await delivery.repeat(number, body)
    expect(line.received).toHaveLength(3)
    expect(told).toEqual(['invalid_value', 'session_expired'])
  })

  it('loads the audio of what is shown before it goes on', async () => {
    const loaded = Promise.withResolvers<Uint8Array>()
    const delivery = open({ work: { loadAudio: () => loaded.promise } })
    delivery.take(shown('item_1'), 0)
    delivery.take(cleared, 0)
    expect(line.received).toEqual([])
    loaded.resolve(new Uint8Array(640))
    await delivery.idle()
    expect(ids()).toEqual(numbered(1, 2))
  })

  it('lets a slow client catch up before it tells it more', () => {
    const delivery = open()
    line.reads(false)
    delivery.take(audio(400_000), 0) // more than a megabyte, as base64
    delivery.take(cleared, 0)
    expect([delivery.isSlow, told]).toEqual([true, ['slow']])
    expect(line.received).toEqual([])
    line.reads(true)
    expect([delivery.isSlow, told]).toEqual([false, ['slow', 'quick']])
    expect(ids()).toEqual(numbered(1, 2))
  })

  it('does not take a client for slow that has little to read', () => {
    const delivery = open()
    line.reads(false)
    delivery.take(audio(1_000), 0)
    delivery.take(cleared, 0)
    expect(delivery.isSlow).toBe(false)
    line.reads(true)
    expect(ids()).toEqual(numbered(1, 2))
  })

  it('refuses what a slow client would have to wait too long for, and has room again once that has left', () => {
    const delivery = open({ maxHeldBytes: 10_000 })
    line.reads(false)
    delivery.take(audio(400_000), 0)
    expect(delivery.take(audio(4_000), 0)).toBe(true)
    expect(delivery.take(audio(4_000), 0)).toBe(false)
    const other = open({ maxHeldBytes: 10_000 })
    line.reads(false)
    other.take(audio(400_000), 0)
    expect(other.take(audio(4_000), 0)).toBe(true)
    line.reads(true)
    line.reads(false)
    other.take(audio(400_000), 0)
    expect(other.take(audio(4_000), 0)).toBe(true)
  })

  it('refuses what waits too long for its change', () => {
    const delivery = open()
    let taken = 0
    while (delivery.take(cleared, 1)) taken += 1
    expect(taken).toBe(20_000)
  })

  it('waits with what was missed for a client that is slow', async () => {
    const delivery = open({ after: 3, known: 1 })
    line.reads(false)
    await delivery.repeat(2, { kind: 'audio', part, bytes: new Uint8Array(1 << 20) })
    let isTold = false
    const third = delivery
      .repeat(3, { kind: 'event', event: { type: 'input_audio_buffer.cleared' } })
      .then(() => (isTold = true))
    await new Promise(setImmediate)
    expect(isTold).toBe(false)
    line.reads(true)
    await third
    expect(ids()).toEqual(numbered(2, 3))
  })

  it('stays held when a client that is slow catches up while it hears what it missed', async () => {
    const delivery = open({ after: 2, known: 1 })
    delivery.hold()
    line.reads(false)
    await delivery.repeat(2, { kind: 'audio', part, bytes: new Uint8Array(1 << 20) })
    delivery.take(cleared, 0)
    line.reads(true)
    expect(ids()).toEqual(numbered(2))
    delivery.resume()
    expect(ids()).toEqual(numbered(2, 3))
  })

  it('tells nothing once it is closed', () => {
    const delivery = open()
    delivery.take(cleared, 1)
    delivery.close()
    delivery.open(1)
    delivery.take(cleared, 0)
    expect(line.received).toEqual([])
  })
})

function ev(item_id: string): { type: string; item_id: string } {
  return { type: 'conversation.item.deleted', item_id }
}
