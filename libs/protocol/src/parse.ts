import type { z } from 'zod'
import { type ClientEvent, clientEvents } from './client-events.ts'
import { maxEventIdLength } from './event.ts'
import { issueToFault } from './issue-to-error.ts'
import { plainAppend } from './parse-append.ts'
import { quoted, supportedValues } from './wording.ts'
import { type WireError, wireError } from './wire-error.ts'

export type ParsedClientEvent = { ok: true; event: ClientEvent } | { ok: false; error: WireError }

/** What every event of a client is read by, under its `type` on the wire. */
export type EventSchemas = ReadonlyMap<string, z.ZodType<ClientEvent>>

const schemas: EventSchemas = new Map(clientEvents.map((schema) => [schema.shape.type.value, schema]))

/**
 * Reads one text frame of a client. Total: whatever the text, the answer is a valid event or the error to send back, which
 * names the client's `event_id` wherever that was readable.
 */
export const parseClientEvent = (text: string): ParsedClientEvent => parseFrame(text, schemas)

export function parseFrame(text: string, schemas: EventSchemas): ParsedClientEvent {
  const frame = parseJson(text)
  if (frame === undefined) return refuse({ code: 'invalid_json', message: 'The message is not valid JSON.' })
  if (!isObject(frame)) return refuse({ code: 'invalid_event', message: 'The message is not a JSON object.' })
  const event = plainAppend(frame)
  return event === undefined ? parseBySchema(frame, schemas) : { ok: true, event }
}

/** The general way, which every shortcut must agree with. */
export function parseBySchema(frame: Record<string, unknown>, events = schemas): ParsedClientEvent {
  const { type } = frame
  const event_id = readableEventId(frame)
  if (type === undefined) return refuse({ code: 'invalid_event', message: "The 'type' field is missing.", event_id })
  if (typeof type !== 'string') {
    return refuse({ code: 'invalid_event', message: "The 'type' field is not a string.", event_id })
  }
  const schema = events.get(type)
  if (schema === undefined) {
    const message = `Invalid value: ${quoted(type)}. ${supportedValues([...events.keys()])}`
    return refuse({ code: 'invalid_value', message, param: 'type', event_id })
  }
  const result = schema.safeParse(frame, { reportInput: true })
  return result.success
    ? { ok: true, event: result.data }
    : refuse({ ...issueToFault(result.error.issues[0]), event_id })
}

function refuse(error: Parameters<typeof wireError>[0]): ParsedClientEvent {
  return { ok: false, error: wireError(error) }
}

function readableEventId({ event_id }: Record<string, unknown>): string | null {
  return typeof event_id === 'string' && event_id.length <= maxEventIdLength ? event_id : null
}

/** Undefined, which JSON cannot say, where the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
