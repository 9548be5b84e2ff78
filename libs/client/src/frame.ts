/** What a frame of the gateway says of the course of its session. */
export interface Frame {
  type: string
  eventId: string | null
  /** Of the session that it opens or resumes. */
  sessionId: string | null
  /** What a resumed session took of our events. */
  received: Received | null
  error: { code: string; message: string } | null
}

/** All events up to this number were taken, save that audio is wanted again from number `audioFrom` on. Numbers begin with 1. */
export interface Received {
  events: number
  audioFrom: number
}

/** Reads a frame; null where it is no event. */
export function readFrame(data: unknown): Frame | null {
  const event = typeof data === 'string' ? fieldsOf(parse(data)) : null
  if (typeof event?.['type'] !== 'string') return null
  const { type, event_id: eventId } = event
  const opens = opening.has(type)
  return {
    type,
    eventId: typeof eventId === 'string' ? eventId : null,
    sessionId: opens ? textOf(fieldsOf(event['session'])?.['id']) : null,
    received: type === 'session.resumed' ? receivedOf(fieldsOf(event['received'])) : null,
    error: type === 'error' ? errorOf(fieldsOf(event['error'])) : null,
  }
}

/** Whether a text of ours is audio for the input buffer: of the many events the only one that is wanted again by itself. */
export function isAppend(text: string): boolean {
  return text.includes(append) && fieldsOf(parse(text))?.['type'] === append
}

const append = 'input_audio_buffer.append'
const opening = new Set(['session.created', 'transcription_session.created', 'session.resumed'])

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function receivedOf(received: Fields | null): Received | null {
  const { events, audio_from: audioFrom } = received ?? {}
  return isCount(events) && isCount(audioFrom) ? { events, audioFrom } : null
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function errorOf(error: Fields | null): Frame['error'] {
  return { code: textOf(error?.['code']) ?? 'unknown', message: textOf(error?.['message']) ?? '' }
}
