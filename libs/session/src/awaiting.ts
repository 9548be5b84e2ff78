import type { ItemId } from '@voicebox/kernel'
import type { Draft } from './draft.ts'
import { fail } from './end-response.ts'
import { startGenerating } from './generate.ts'
import type { Refusal } from './refuse.ts'
import { putResponse, responsesIn } from './responses.ts'

/** What responses waited for has come, or is gone: those that wait for nothing else go on. */
export function resumeAwaiting(draft: Draft, itemId: ItemId): void {
  for (const response of responsesIn(draft.state)) {
    if (!response.awaiting.includes(itemId)) continue
    const awaiting = response.awaiting.filter((id) => id !== itemId)
    startGenerating(draft, putResponse(draft, { ...response, awaiting }))
  }
}

/** What responses waited for will not come: they have failed. */
export function failAwaiting(draft: Draft, itemId: ItemId, failure: Pick<Refusal, 'code' | 'message'>): void {
  for (const response of responsesIn(draft.state)) {
    if (response.awaiting.includes(itemId)) fail(draft, response, failure)
  }
}
