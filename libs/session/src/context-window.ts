import type { Session } from '@voicebox/protocol'
import { contextOfEntry } from './entries.ts'
import type { Entry, SessionState } from './state.ts'
import { type ContextEntry, charactersOf } from './words.ts'

/** About right for English text and for JSON; the provider's own count comes only afterwards. */
const charactersPerToken = 4
/** What a message costs beside its text. */
const tokensPerEntry = 4
/** What a picture costs, whatever its size. */
const tokensPerImage = 800
/** Kept free for the answer, where the client sets no limit. */
const usualOutputTokens = 4_096

export interface WindowRequest {
  entries: readonly Entry[]
  truncation: Session['truncation']
  instructions: string
  /** What the tools take, in characters. */
  toolCharacters: number
  maxOutputTokens: number | 'inf'
}

/**
 * What of a conversation the language model can be shown. Under `auto` the oldest entries give way, no more than must;
 * under a retention ratio so many that only that share of the room is used, so that the next turns need not cut again.
 * A call and its output give way together, and the last entry never does. Null: it is too much, and nothing may give way.
 */
export function fitContext(state: SessionState, request: WindowRequest): readonly Entry[] | null {
  const { entries, truncation } = request
  const room = roomFor(state, request)
  const costs = entries.map((entry) => sizeOf(state, entry).tokens)
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  if (total <= room) return entries
  if (truncation === 'disabled') return null
  const goal = typeof truncation === 'object' ? Math.floor(room * truncation.retention_ratio) : room
  const places = placesToCut(entries)
  let left = total
  let from = 0
  for (const place of places) {
    if (left <= goal) break
    left -= costs.slice(from, place).reduce((sum, cost) => sum + cost, 0)
    from = place
  }
  return entries.slice(from)
}

/** Where a conversation may begin: not between a call and its output, nor after its last entry. */
export function placesToCut(entries: readonly Entry[]): number[] {
  const answered = new Map<string, number>()
  for (const [index, { item }] of entries.entries()) {
    if (item.type === 'function_call_output') answered.set(item.call_id, index)
  }
  let heldUntil = 0
  return entries.flatMap(({ item }, index) => {
    const place = index > 0 && index > heldUntil ? [index] : []
    if (item.type === 'function_call') heldUntil = Math.max(heldUntil, answered.get(item.call_id) ?? 0)
    return place
  })
}

function roomFor({ limits }: SessionState, request: WindowRequest): number {
  const { instructions, toolCharacters, maxOutputTokens, truncation } = request
  const output = maxOutputTokens === 'inf' ? Math.min(usualOutputTokens, limits.contextTokens / 4) : maxOutputTokens
  const fixed = Math.ceil((instructions.length + toolCharacters) / charactersPerToken)
  const room = Math.max(0, limits.contextTokens - output - fixed)
  const limit = typeof truncation === 'object' ? truncation.token_limits?.post_instructions : undefined
  return limit === undefined ? room : Math.min(room, limit)
}

/** What entries come to for the model, in characters: a picture counts as what it costs, not as its data URI. */
export function charactersRead(state: SessionState, entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + sizeOf(state, entry).characters, 0)
}

interface Size {
  readonly tokens: number
  readonly characters: number
}

const sizes = new WeakMap<Entry, Size>()

/** Counted once: what an entry says follows from itself, but for an approval, which says what its request does. */
function sizeOf(state: SessionState, entry: Entry): Size {
  const known = sizes.get(entry)
  if (known !== undefined) return known
  const context = contextOfEntry(state, entry)
  const size = { tokens: tokensOf(context), characters: charactersOfContext(context) }
  if (entry.item.type !== 'mcp_approval_response') sizes.set(entry, size)
  return size
}

function charactersOfContext(context: readonly ContextEntry[]): number {
  return context.reduce((sum, entry) => sum + wordsIn(entry) + imagesIn(entry) * tokensPerImage * charactersPerToken, 0)
}

function tokensOf(context: readonly ContextEntry[]): number {
  return context.reduce(
    (sum, entry) =>
      sum + Math.ceil(wordsIn(entry) / charactersPerToken) + tokensPerEntry + imagesIn(entry) * tokensPerImage,
    0,
  )
}

function wordsIn(entry: ContextEntry): number {
  return charactersOf(['images' in entry ? { ...entry, images: [] } : entry])
}

function imagesIn(entry: ContextEntry): number {
  return 'images' in entry ? (entry.images?.length ?? 0) : 0
}
