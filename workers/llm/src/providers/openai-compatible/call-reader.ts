import type { LanguageEvent } from '@voicebox/engines'
import { Failure } from '@voicebox/kernel'

/** What one entry of a delta's `tool_calls` says. */
export interface CallPiece {
  index?: number
  id?: string
  name?: string
  /** Of the arguments. */
  text: string
}

/**
 * Puts the calls of one answer together. Where a call begins is told by a new index; without one, or where the provider
 * gives the same to all, by another name, or by the same name once the arguments so far are whole. Ids alone say nothing,
 * since some providers make up a new one for each piece. Throws a `Failure` for pieces that go back to an earlier call,
 * for a call without a name, and beyond the bounds.
 */
export interface CallReader {
  read(pieces: readonly CallPiece[]): LanguageEvent[]
  /** No more pieces will come. */
  end(): void
}

export const mostCalls = 64
export const mostArgumentBytes = 1 << 20
const longestName = 256

interface OpenCall {
  index: number | undefined
  id: string | undefined
  /** Empty until it comes. */
  name: string
  arguments: string
  bytes: number
}

export function makeCallReader(provider: string): CallReader {
  const ended = new Set<number>()
  let open: OpenCall | undefined
  let count = 0
  const end = (): void => {
    if (open?.name === '' && open.arguments !== '') throw broken(provider, 'called a tool without a name')
    if (open?.index !== undefined && open.name !== '') ended.add(open.index)
    open = undefined
  }
  const readPiece = (piece: CallPiece): LanguageEvent[] => {
    const { index, id, name = '', text } = piece
    if (index !== undefined && index !== open?.index && ended.has(index) && name === '') {
      if (text === '') return []
      throw broken(provider, 'went back to an earlier tool call')
    }
    if (open === undefined || startsCall(piece, open)) {
      end()
      open = { index, id, name: '', arguments: '', bytes: 0 }
    }
    const { arguments: before, name: isNamed } = open
    open.arguments += text
    open.bytes += Buffer.byteLength(text)
    if (open.bytes > mostArgumentBytes) throw tooLarge(provider, `arguments of more than ${mostArgumentBytes} bytes`)
    if (isNamed !== '') return text === '' ? [] : [{ kind: 'call_arguments', call: count - 1, text }]
    if (name === '') return []
    if (name.length > longestName) throw tooLarge(provider, `the name of a tool of more than ${longestName} characters`)
    if (count === mostCalls) throw tooLarge(provider, `more than ${mostCalls} tool calls`)
    open.name = name
    count += 1
    const call = count - 1
    const given = before + text
    return [
      { kind: 'call_started', call, name },
      ...(given === '' ? [] : [{ kind: 'call_arguments' as const, call, text: given }]),
    ]
  }
  return { read: (pieces) => pieces.flatMap(readPiece), end }
}

function startsCall({ index, id, name = '', text }: CallPiece, open: OpenCall): boolean {
  if (index !== undefined && open.index !== undefined && index !== open.index) return true
  if (name === '' || open.name === '') return false
  if (name !== open.name) return true
  if (id !== undefined && id === open.id) return false
  const isOther = id !== undefined && open.id !== undefined
  if (open.arguments.trim() === '') return isOther
  return (isOther || text !== '') && isWhole(open.arguments)
}

function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function broken(provider: string, what: string): Failure {
  return new Failure('engine', 'bad_stream', `${provider} ${what}`)
}

function tooLarge(provider: string, what: string): Failure {
  return new Failure('engine', 'answer_too_large', `${provider} gave ${what}`)
}
