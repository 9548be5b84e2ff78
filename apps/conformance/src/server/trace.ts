import { isObject } from '../judgement/shape.ts'
import type { WireEvent } from './wire-event.ts'

const kept = 14

/** The last things said on a check's connections, for its report: types, ids and codes, never a key or a payload. */
export interface Trace {
  readonly lines: readonly string[]
  add(line: string): void
}

/** Keeps the last lines; equal neighbours become one line with a count. */
export function makeTrace(): Trace {
  const runs: { line: string; times: number }[] = []
  return {
    get lines() {
      return runs.map(({ line, times }) => (times > 1 ? `${line} ×${times}` : line))
    },
    add(line) {
      const last = runs.at(-1)
      if (last?.line === line) last.times += 1
      else runs.push({ line, times: 1 })
      if (runs.length > kept) runs.shift()
    },
  }
}

export const sent = (event: object): string => `→ ${summary(event)}`
export const came = (event: WireEvent): string => `← ${summary(event)}`

/** An event in one short line. */
export function summary(event: Partial<WireEvent>): string {
  const { type = 'an event without a type', error, response, item } = event
  if (type === 'error' && isObject(error)) {
    const { code, param, message } = error
    return `error ${words(code)}${typeof param === 'string' ? ` (${param})` : ''}: ${words(message)}`
  }
  if (type === 'response.done' && isObject(response)) return `response.done ${words(response['status'])}`
  if (isObject(item)) return `${type} ${words(item['type'])} ${words(item['status'])}`.trimEnd()
  return type
}

/** Text as it is, if short; nothing of what is no text. */
function words(value: unknown): string {
  const text = typeof value === 'string' ? value : ''
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
