import type { ResponseId } from '@voicebox/kernel'
import type { Errand } from '@voicebox/session'
import { type SessionRecords, turnRecord, type Waterfall } from '@voicebox/streams'
import type { EncodedSoFar } from './audio-delta.ts'
import type { EarsPlace, EarsStart } from './listening.ts'
import type { SentBody } from './sent-body.ts'

/** What a driver keeps beside the session's state, for the next. */
export interface DriverState {
  /** The session's time in all, in seconds. */
  lifeS: number
  /** All of the client's events up to this one were dealt with. */
  executed: number
  /** The number of the last event that the client was told, or is to be told. */
  lastSent: number
  /** The responses whose tokens are counted by an estimate. */
  reserved: readonly ResponseId[]
  /** What others are to do and may not have been asked for. */
  errands: ReadonlyMap<number, Errand>
  /** The audio that is on its way to the client. */
  encoded: ReadonlyMap<string, EncodedSoFar>
  ears: EarsPlace
  /** Its latest turns, by their place among them. */
  turns: ReadonlyMap<string, Waterfall>
}

/** A session as another process left it, and as its client finds it. */
export interface Left {
  records: SessionRecords
  resultsUpTo: number
  lifeS: number
  lastSent: number
  executed: number
  reserved: readonly ResponseId[]
  errands: ReadonlyMap<number, Errand>
  encoded: ReadonlyMap<string, EncodedSoFar>
  turns: ReadonlyMap<string, Waterfall>
  /** Of the client's events, all up to this one are not wanted again. */
  received: number
  /** The client has heard of the events up to this one. */
  known: number
  /** What it has not heard of, of what was sent. */
  missed(): AsyncIterable<{ number: number; body: SentBody }>
  ears: EarsStart
  /** The audio of the utterance that is open is complete already. */
  utteranceEnded: boolean
}

/** The records of a driver: what does not change is identical from one time to the next. */
export function driverRecords(now: () => DriverState): {
  all(): [name: string, record: unknown][]
  ears(): [name: string, record: unknown][]
} {
  const latest = new Map<string, { record: object; text: string }>()

  function same(name: string, record: object): [string, object] {
    const text = JSON.stringify(record)
    const before = latest.get(name)
    if (before?.text === text) return [name, before.record]
    latest.set(name, { record, text })
    return [name, record]
  }

  return {
    all() {
      const { ears, encoded, turns, errands, lifeS, executed, lastSent, reserved } = now()
      return [
        same('driver', { lifeS, executed, lastSent, reserved }),
        same('ears', ears),
        ...[...errands].map(([number, errand]): [string, Errand] => [`errand:${number}`, errand]),
        ...[...turns].map(([place, turn]): [string, Waterfall] => [turnRecord(place), turn]),
        ...[...encoded].map(([part, soFar]): [string, EncodedSoFar] => [`encoded:${part}`, soFar]),
      ]
    },
    ears: () => [same('ears', now().ears)],
  }
}

/** What the records say of the driver that wrote them. */
export function driverIn(records: SessionRecords): DriverState {
  const { lifeS, executed, lastSent, reserved } = records.get('driver') as Pick<
    DriverState,
    'lifeS' | 'executed' | 'lastSent' | 'reserved'
  >
  const errands = named<Errand>(records, 'errand').map(([number, errand]): [number, Errand] => [Number(number), errand])
  return {
    lifeS,
    executed,
    lastSent,
    reserved,
    errands: new Map(errands),
    encoded: new Map(named<EncodedSoFar>(records, 'encoded')),
    ears: records.get('ears') as EarsPlace,
    turns: new Map(named<Waterfall>(records, 'turn')),
  }
}

/** The records `<kind>:<rest>`, by the rest of their names. */
function named<T>(records: SessionRecords, kind: string): [rest: string, record: T][] {
  return [...records].flatMap(([name, record]): [string, T][] =>
    name.startsWith(`${kind}:`) ? [[name.slice(kind.length + 1), record as T]] : [],
  )
}
