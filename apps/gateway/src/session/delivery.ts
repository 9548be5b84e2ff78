import type { Resamplers } from '@voicebox/audio'
import type { SessionId } from '@voicebox/kernel'
import { type Dialect, type ServerEventBody, wireError, type WireError } from '@voicebox/protocol'
import type { Effect } from '@voicebox/session'
import type { Socket } from '../transport/index.ts'
import { type EncodedSoFar, makeAudioEncoder } from './audio-delta.ts'
import { eventId, noticeId } from './event-ids.ts'
import { makeGate } from './gate.ts'
import { retrieve } from './retrieve.ts'
import { audioEvent, type SentBody, weightOf } from './sent-body.ts'
import type { Work } from './work.ts'

/** Effects that tell the client something. */
export type SendEffect = Extract<Effect, { kind: 'send' | 'send_audio' | 'end_audio' | 'show_item' }>

/** Numbers what a session tells its client, and sends it in that order, each once what it rests on is safe. */
export interface Delivery {
  /** `rests`: the latest change before it. Answers false when too much waits: for its change, or for a client that does not read. */
  take(effect: SendEffect, rests: number): boolean
  /** Sends what was sent before, on another connection; nothing else goes meanwhile. */
  repeat(number: number, body: SentBody): Promise<void>
  /** Tells something beside the numbered events, at once. */
  notice(event: ServerEventBody): void
  complain(error: Pick<WireError, 'code' | 'message'> & Partial<WireError>): void
  /** Every change up to this one is safe. */
  open(upTo: number): void
  hold(): void
  resume(): void
  /** What was buffered has left. */
  drained(): void
  /** The number of the latest event. */
  readonly lastNumber: number
  /** The audio that is on its way, for who goes on with the session. */
  readonly encoded: ReadonlyMap<string, EncodedSoFar>
  /** Leaves out numbers: what the client heard cannot be made again. */
  skipTo(number: number): void
  /** Whether the client reads more slowly than it is told. */
  readonly isSlow: boolean
  idle(): Promise<void>
  close(): void
}

export interface DeliveryOptions {
  sessionId: SessionId
  socket: Socket
  dialect: Dialect
  resamplers: Resamplers
  /** The number of the last event before. */
  after: number
  /** Events up to this one have reached the client already, whoever sent them. */
  known: number
  /** The audio that was on its way when another process left it. */
  encoded?: ReadonlyMap<string, EncodedSoFar>
  work: Pick<Work, 'loadAudio'>
  /** Gets every numbered event in order. */
  onSent(number: number, body: SentBody): void
  /** Gets each event that the client is told for the first time, audio aside. */
  onTold(event: ServerEventBody): void
  /** Gets each body that was given to the socket for the first time. */
  onWritten(body: SentBody): void
  /** How much may wait for a client that reads too slowly. */
  maxHeldBytes: number
  onSlow(isSlow: boolean): void
  onFailure(error: unknown): void
}

/** Events that wait for their change to be safe, or for a slow client. */
const maxWaiting = 20_000
/** What may wait in the socket before the rest waits here. */
const slowBytes = 1 << 20

export function openDelivery(options: DeliveryOptions): Delivery {
  const { sessionId, socket, dialect } = options
  const gate = makeGate(maxWaiting, options.onFailure)
  const encoder = makeAudioEncoder(options.resamplers, options.encoded)
  let lastNumber = options.after
  let toldNumber = Math.max(options.after, options.known)
  /** The last that was given to the socket: one that is still being made is not before what is told meanwhile. */
  let writtenNumber = toldNumber
  let notices = 0
  let isSlow = false
  let isHeld = false
  let heldBytes = 0
  let drained = Promise.withResolvers<void>()

  function bodyOf(effect: SendEffect): SentBody | null {
    switch (effect.kind) {
      case 'send':
        return { kind: 'event', event: effect.event }
      case 'show_item':
        return { kind: 'show', item: effect.item, audio: effect.audio }
      case 'send_audio':
        return encoder.encode(effect)
      case 'end_audio':
        return encoder.end(effect)
    }
  }

  function eventOf(body: SentBody): ServerEventBody | Promise<ServerEventBody> {
    if (body.kind === 'event') return body.event
    return body.kind === 'audio' ? audioEvent(body) : retrieve(body, options.work, options.resamplers)
  }

  function write(event: ServerEventBody, event_id: string): void {
    const text = dialect.encode({ ...event, event_id })
    if (text === null || socket.send(text) !== 'buffered' || isSlow || socket.bufferedBytes < slowBytes) return
    isSlow = true
    drained = Promise.withResolvers()
    gate.hold()
    options.onSlow(true)
  }

  function writeNumbered(event: ServerEventBody, number: number): void {
    writtenNumber = Math.max(writtenNumber, number)
    write(event, eventId(sessionId, number))
  }

  function tell(number: number, body: SentBody): Promise<void> | undefined {
    const event = eventOf(body)
    if (event instanceof Promise) return event.then((made) => writeNumbered(made, number))
    writeNumbered(event, number)
    return undefined
  }

  const delivery: Delivery = {
    take(effect, rests) {
      lastNumber += 1 // also where nothing can be sent yet: the same effects have the same numbers
      const number = lastNumber
      const body = bodyOf(effect)
      if (body === null) return true
      options.onSent(number, body)
      if (number <= toldNumber) return true
      const bytes = isSlow ? weightOf(body) : 0
      heldBytes += bytes
      if (heldBytes > options.maxHeldBytes) return false
      return gate.push(rests, () => {
        heldBytes -= bytes
        toldNumber = Math.max(toldNumber, number)
        if (body.kind === 'event') options.onTold(body.event)
        const told = tell(number, body)
        if (told === undefined) return options.onWritten(body)
        return told.then(() => options.onWritten(body))
      })
    },
    async repeat(number, body) {
      if (isSlow) await drained.promise
      await tell(number, body)
    },
    notice(event) {
      notices += 1
      write(event, noticeId(sessionId, writtenNumber, notices))
    },
    complain(error) {
      const event = { type: 'error', error: wireError(error) } as const
      options.onTold(event)
      delivery.notice(event)
    },
    open(upTo) {
      if (gate.waiting > 1) socket.batch(() => gate.open(upTo))
      else gate.open(upTo)
    },
    hold() {
      isHeld = true
      gate.hold()
    },
    resume() {
      isHeld = false
      if (!isSlow) socket.batch(() => gate.resume())
    },
    drained() {
      if (!isSlow) return
      isSlow = false
      drained.resolve()
      if (!isHeld) socket.batch(() => gate.resume())
      options.onSlow(false)
    },
    get lastNumber() {
      return lastNumber
    },
    encoded: encoder.open,
    skipTo(number) {
      lastNumber = Math.max(lastNumber, number)
    },
    get isSlow() {
      return isSlow
    },
    idle: () => gate.idle(),
    close() {
      drained.resolve()
      gate.close()
      encoder.close()
    },
  }
  return delivery
}
