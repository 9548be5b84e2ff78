import { Failure, type ItemId } from '@voicebox/kernel'
import type { ActiveResponse, Entry, HeldAudio, SessionState, SpeechProgress } from './state.ts'
import { inOrderSent } from './speech-order.ts'

/** What of the state has no record of its own. */
export type Head = Pick<
  SessionState,
  | 'type'
  | 'conversationId'
  | 'announcesConversation'
  | 'ids'
  | 'joined'
  | 'buffer'
  | 'awaitsUser'
  | 'spokenVoice'
  | 'outages'
>

const heads = memo<Head>()

export function headOf(state: SessionState): Head {
  const { type, conversationId, announcesConversation, ids, joined, buffer, awaitsUser, spokenVoice, outages } = state
  const head = { type, conversationId, announcesConversation, ids, joined, buffer, awaitsUser, spokenVoice, outages }
  return heads(ids, head)
}

export function headFrom(head: Head): Head {
  return heads(head.ids, head)
}

/** An entry and the one before it (null: it is the first), so that none must be told anew when another joins at the end. */
export interface Placed {
  readonly entry: Entry
  readonly after: ItemId | null
}

const places = memo<Placed>()

/** A piece of the conversation, by the names of its records. */
interface Page {
  readonly entries: readonly Entry[]
  readonly after: ItemId | null
  readonly records: ReadonlyMap<string, Placed>
}

/** By the first entry, which is in no other page that is kept: else one might come back with records that were replaced since. */
const pages = new WeakMap<Entry, Page>()
const pageLength = 64

/** Each entry in its place, by its name, in pages: one in which nothing has changed is the very same. */
export function pagesOf(entries: SessionState['entries']): ReadonlyMap<string, Placed>[] {
  return Array.from({ length: Math.ceil(entries.length / pageLength) }, (_, at) => pageAt(entries, at * pageLength))
}

function pageAt(entries: SessionState['entries'], from: number): ReadonlyMap<string, Placed> {
  const end = Math.min(from + pageLength, entries.length)
  const after = entries[from - 1]?.item.id ?? null
  const first = entries[from] as Entry
  const known = pages.get(first)
  if (known?.after === after && known.entries.length === end - from) {
    if (known.entries.every((entry, at) => entry === entries[from + at])) return known.records
  }
  const own = entries.slice(from, end)
  for (const entry of own) pages.delete(entry)
  const records = new Map(
    own.map((entry, at) => {
      const previous = at === 0 ? after : (own[at - 1]?.item.id ?? null)
      return [`entry:${entry.item.id}`, places(entry, { entry, after: previous })]
    }),
  )
  pages.set(first, { entries: own, after, records })
  return records
}

/** The conversation in its order. */
export function inPlace(all: readonly Placed[]): Entry[] {
  const next = new Map(all.map((record) => [record.after, places(record.entry, record).entry]))
  const entries: Entry[] = []
  for (let entry = next.get(null); entry !== undefined; entry = next.get(entry.item.id)) {
    if (entries.push(entry) > all.length) break
  }
  if (entries.length === all.length) return entries
  throw new Failure('bug', 'session_incomplete', 'The conversation is not whole')
}

/** What is settled of a response once the language model was asked; it may be large. */
export type Question = Pick<
  ActiveResponse,
  | 'object'
  | 'instructions'
  | 'modality'
  | 'format'
  | 'isInConversation'
  | 'readsConversation'
  | 'itemIds'
  | 'toolbox'
  | 'offered'
  | 'inputAudioMs'
  | 'inputCharacters'
>
/** The rest of it, but for the audio that it holds. */
export type Progress = Omit<ActiveResponse, keyof Question | 'speech'> & { speech: Omit<SpeechProgress, 'held'> }

const questions = memo<Question>()

export function questionOf(response: ActiveResponse): Question {
  const { object, instructions, modality, format, isInConversation, readsConversation } = response
  const { itemIds, toolbox, offered, inputAudioMs, inputCharacters } = response
  const whose = { object, instructions, modality, format, isInConversation, readsConversation }
  return questions(object, { ...whose, itemIds, toolbox, offered, inputAudioMs, inputCharacters })
}

const progresses = new WeakMap<ActiveResponse, Progress>()

export function progressOf(response: ActiveResponse): Progress {
  const known = progresses.get(response)
  if (known !== undefined) return known
  const { id, awaiting, output, text, finish, failure } = response
  const { held: _held, ...speech } = response.speech
  const progress = { id, awaiting, output, text, finish, failure, speech }
  progresses.set(response, progress)
  return progress
}

export function responseFrom(question: Question, progress: Progress, held: HeldAudio[]): ActiveResponse {
  const speech = { ...progress.speech, held: held.sort(inOrderSent) }
  const response = { ...questions(question.object, question), ...progress, speech }
  progresses.set(response, progress)
  return response
}

/** Keeps the last record of each key, and gives it again where the next one says the same: what is kept already is not kept anew. */
function memo<R extends object>(): (key: object, record: R) => R {
  const kept = new WeakMap<object, R>()
  return (key, record) => {
    const last = kept.get(key)
    if (last !== undefined && isSame(last, record)) return last
    kept.set(key, record)
    return record
  }
}

function isSame<R extends object>(a: R, b: R): boolean {
  return (Object.keys(a) as (keyof R)[]).every((key) => Object.is(a[key], b[key]))
}
