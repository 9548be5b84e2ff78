import type { ItemId } from '@voicebox/kernel'
import { act, type Draft } from './draft.ts'
import { findAnyEntry } from './entries.ts'
import { isLost, outageFailure } from './outage.ts'
import type { Refusal } from './refuse.ts'
import { settleTranscript } from './transcription.ts'

/** While nobody can transcribe, words that are waited for have failed, however lately they were asked for. */
export function failUnheard(draft: Draft): void {
  if (isLost(draft.state, 'transcription')) failTranscripts(draft, outageFailure.transcription)
}

/** Gives up the words that are waited for, all of them or those of some items. */
export function failTranscripts(
  draft: Draft,
  failure: Pick<Refusal, 'code' | 'message'>,
  isMeant: (itemId: ItemId) => boolean = () => true,
): void {
  const { entries, asides } = draft.state
  for (const { item, transcription } of [...entries, ...asides]) {
    // one that only a response was given to read goes with it
    if (transcription !== 'pending' || !isMeant(item.id) || findAnyEntry(draft.state, item.id) === undefined) continue
    act(draft, { kind: 'cancel_work', subject: item.id })
    settleTranscript(draft, { kind: 'transcript_failed', itemId: item.id, ...failure })
  }
}
