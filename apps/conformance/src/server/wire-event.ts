import { isObject } from '../judgement/shape.ts'

/** An event as it came: nothing is known of it but that it has a type. */
export interface WireEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** The event in a text frame, or why the frame holds none. */
export function readEvent(frame: string): WireEvent | string {
  try {
    const value: unknown = JSON.parse(frame)
    if (!isObject(value)) return 'a frame that is no JSON object'
    return typeof value['type'] === 'string' ? (value as WireEvent) : 'an event without a type'
  } catch {
    return 'a frame that is not JSON'
  }
}
