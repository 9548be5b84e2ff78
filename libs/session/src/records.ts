import { Failure } from '@voicebox/kernel'
import { inOrderMade } from './draft.ts'
import type { AudioRef } from './input.ts'
import {
  type Head,
  headFrom,
  headOf,
  inPlace,
  pagesOf,
  type Placed,
  type Progress,
  progressOf,
  type Question,
  questionOf,
  responseFrom,
} from './record-parts.ts'
import { responsesIn } from './responses.ts'
import type { AwayPiece, Entry, HeldAudio, McpListing, SessionState } from './state.ts'

/**
 * The state in small pieces by name, of which `stateFrom` makes it again. All is plain data but for generated audio, whose
 * reference stands as it is under `held:<response>:<segment>:<offset>`. What is the same in two states that follow one
 * another is the very same object in the records of both.
 */
export function recordsOf(state: SessionState): ReadonlyMap<string, unknown> {
  return new Map(recordPages(state).flatMap((page) => [...page]))
}

/** The same records in pages, each name in one of them: a page in which nothing has changed may be the very same. */
export function recordPages(state: SessionState): readonly ReadonlyMap<string, unknown>[] {
  return [recordsBeside(state), ...pagesOf(state.entries)]
}

/** All but the conversation. */
function recordsBeside(state: SessionState): ReadonlyMap<string, unknown> {
  const { session, limits, prompts, away, recalls, asides, listings } = state
  const records = new Map<string, unknown>([
    ['head', headOf(state)],
    ['session', session],
    ['limits', limits],
    ['prompts', prompts],
  ])
  for (const piece of away) records.set(`away:${piece.nth}`, piece)
  if (recalls.length > 0) records.set('recalls', recalls)
  for (const aside of asides) records.set(`aside:${aside.item.id}`, aside)
  for (const listing of listings) records.set(`listing:${listing.itemId}`, listing)
  for (const response of responsesIn(state)) {
    records.set(`question:${response.id}`, questionOf(response))
    records.set(`response:${response.id}`, progressOf(response))
    for (const { segment, offset, audio } of response.speech.held) {
      records.set(`held:${response.id}:${segment}:${offset}`, audio)
    }
  }
  return records
}

/** The state that these records are of, in whatever order they come. Throws where they are not the whole of one. */
export function stateFrom(records: ReadonlyMap<string, unknown>): SessionState {
  const responses = named<Progress>(records, 'response')
    .map(([id, progress]) => responseFrom(read(records, `question:${id}`) as Question, progress, heldOf(records, id)))
    .sort((a, b) => inOrderMade(a.id, b.id))
  const valuesOf = <T>(kind: string): T[] => named<T>(records, kind).map(([, value]) => value)
  return {
    ...headFrom(read(records, 'head') as Head),
    session: read(records, 'session') as SessionState['session'],
    limits: read(records, 'limits') as SessionState['limits'],
    prompts: read(records, 'prompts') as SessionState['prompts'],
    entries: inPlace(valuesOf<Placed>('entry')),
    away: valuesOf<AwayPiece>('away').sort((a, b) => a.nth - b.nth),
    recalls: (records.get('recalls') ?? []) as SessionState['recalls'],
    asides: valuesOf<Entry>('aside').sort((a, b) => inOrderMade(a.item.id, b.item.id)),
    listings: valuesOf<McpListing>('listing').sort((a, b) => inOrderMade(a.itemId, b.itemId)),
    response: responses.find(({ isInConversation }) => isInConversation) ?? null,
    outOfBand: responses.filter(({ isInConversation }) => !isInConversation),
  }
}

function read(records: ReadonlyMap<string, unknown>, name: string): unknown {
  const record = records.get(name)
  if (record === undefined) throw new Failure('bug', 'session_incomplete', `The session has no record '${name}'`)
  return record
}

/** The records `<kind>:<rest>`, by the rest of their names. */
function named<T>(records: ReadonlyMap<string, unknown>, kind: string): [rest: string, record: T][] {
  return [...records].flatMap(([name, record]): [string, T][] =>
    name.startsWith(`${kind}:`) ? [[name.slice(kind.length + 1), record as T]] : [],
  )
}

function heldOf(records: ReadonlyMap<string, unknown>, responseId: string): HeldAudio[] {
  return named<AudioRef>(records, `held:${responseId}`).map(([place, audio]) => {
    const [segment = 0, offset = 0] = place.split(':').map(Number)
    return { segment, offset, audio }
  })
}
