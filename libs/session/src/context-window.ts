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
 * Null: it is too much, and nothing may give way.
 */
export function fitContext(state: SessionState, request: WindowRequest): readonly Entry[] | null {
  const { entries, truncation } = request
  const room = roomFor(state, request)
  const costs = entries.map((entry) => tokensOf(contextOfEntry(state, entry)))
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  if (total <= room) return entries
  if (truncation === 'disabled') return null
  let excess = total - (typeof truncation === 'object' ? Math.floor(room * truncation.retention_ratio) : room)
  const from = costs.findIndex((cost, index) => {
    if (excess <= 0 || index === costs.length - 1) return true
    excess -= cost
    return false
  })
  return entries.slice(Math.max(0, from))
}

function roomFor({ limits }: SessionState, request: WindowRequest): number {
  const { instructions, toolCharacters, maxOutputTokens, truncation } = request
  const output = maxOutputTokens === 'inf' ? usualOutputTokens : maxOutputTokens
  const fixed = Math.ceil((instructions.length + toolCharacters) / charactersPerToken)
  const room = Math.max(0, limits.contextTokens - output - fixed)
  const limit = typeof truncation === 'object' ? truncation.token_limits?.post_instructions : undefined
  return limit === undefined ? room : Math.min(room, limit)
}

function tokensOf(context: readonly ContextEntry[]): number {
  return context.reduce((sum, entry) => {
    const images = 'images' in entry ? (entry.images?.length ?? 0) : 0
    const text = 'images' in entry ? { ...entry, images: [] } : entry
    return sum + Math.ceil(charactersOf([text]) / charactersPerToken) + tokensPerEntry + images * tokensPerImage
  }, 0)
}
