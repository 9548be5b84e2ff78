import { bytesOf, decodeBase64Audio, type Resamplers } from '@voicebox/audio'
import type { Effect } from '@voicebox/session'
import type { Work } from './work.ts'

/** A second: so that no entry of the log is large. */
const pieceBytes = 32_000

/** Puts audio that came with an item where the recognizers look for it. */
export async function storeAudio(
  { itemId, audio, format }: Extract<Effect, { kind: 'store_audio' }>,
  work: Pick<Work, 'appendAudio' | 'beginAudio'>,
  resamplers: Resamplers,
): Promise<void> {
  await work.beginAudio(itemId)
  const pcm = bytesOf(await decodeBase64Audio(resamplers, audio, format))
  for (let at = 0; at < pcm.byteLength; at += pieceBytes) {
    await work.appendAudio(itemId, at / 2, pcm.subarray(at, at + pieceBytes), at + pieceBytes >= pcm.byteLength)
  }
  if (pcm.byteLength === 0) await work.appendAudio(itemId, 0, null, true)
}
