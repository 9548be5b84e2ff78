import { act, type Draft, set } from './draft.ts'

/** Lets go of the oldest audio of items, so that no more stays retrievable than is allowed. */
export function boundKeptAudio(draft: Draft): void {
  const { entries, limits } = draft.state
  let excessMs =
    entries.reduce((sum, { audio, audioMs }) => (audio === null ? sum : sum + audioMs), 0) - limits.keptAudioMs
  if (excessMs <= 0) return
  const freed = new Set<string>()
  for (const { item, audio, audioMs, transcription } of entries) {
    const isInUse = transcription === 'pending' || transcription === 'unasked' || item.status === 'in_progress'
    if (excessMs <= 0) break
    if (audio === null || isInUse) continue
    freed.add(item.id)
    excessMs -= audioMs
    act(draft, { kind: 'free_audio', itemId: item.id })
  }
  set(draft, { entries: entries.map((entry) => (freed.has(entry.item.id) ? { ...entry, audio: null } : entry)) })
}
