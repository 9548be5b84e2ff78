import { Failure, type ItemId, type Log, silentLog } from '@voicebox/kernel'
import { pieceOf } from './audio-piece.ts'
import { channelNames, keys, sessionKeys, sessionTtlMs } from './keys.ts'
import { logEntries } from './log-entries.ts'
import { lastEntry } from './numbered-log.ts'
import type { Redis } from './redis.ts'
import type { SessionHold } from './session-hold.ts'
import { audioAppend, audioFree } from './scripts.gen.ts'
import type { SessionRef } from './session-ref.ts'

/** Who may write a session's audio. */
export type AudioWriter = Pick<SessionHold, 'tenantId' | 'sessionId' | 'token'>

/**
 * Appends to the audio of an utterance: 16 kHz mono, signed 16 bit little endian. `at` says where the piece begins, in samples
 * of the item; what is there already is not written twice, but a piece at 0 of another holder begins anew. `final` says that
 * this is the end (there may be no more audio with it); later audio is refused. Appends of one item keep the order of the calls.
 * `appended_after_gap`: Redis has lost what came before, and silence stands for it. `lost`: somebody else holds the session, or
 * it has ended.
 */
export async function appendAudio(
  redis: Redis,
  writer: AudioWriter,
  itemId: ItemId,
  at: number,
  pcm: Uint8Array | null,
  { final }: { final: boolean },
): Promise<'appended' | 'appended_after_gap' | 'lost'> {
  if (pcm !== null && pcm.byteLength % 2 !== 0) throw new TypeError('Samples have two bytes each')
  const { session, held } = sessionKeys(writer)
  const audio = keys.audio(writer, itemId)
  const bytes = pcm === null ? Buffer.alloc(0) : Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)
  const piece = { at, final: final ? 1 : 0, pcm: bytes }
  const args = { channel: channelNames.audio(writer, itemId), token: writer.token, ttl_ms: sessionTtlMs, ...piece }
  const answer = await redis.inOrder(audio, () => audioAppend(redis, { session, held, audio }, args))
  if (answer === 'already_final') throw new Failure('bug', 'utterance_is_final', 'The utterance has ended already')
  return answer
}

/** How much of an utterance's audio there is, and whether that is all. */
export async function utteranceLength(
  redis: Redis,
  ref: SessionRef,
  itemId: ItemId,
): Promise<{ samples: number; isFinal: boolean }> {
  const last = await lastEntry(redis, keys.audio(ref, itemId))
  if (last === null) return { samples: 0, isFinal: false }
  const { at, pcm, isFinal } = pieceOf(last)
  return { samples: at + pcm.byteLength / 2, isFinal }
}

export interface ReadAudioOptions {
  signal: AbortSignal
  /**
   * Silence of the writer after which the utterance counts as abandoned. Absent: 45 s, which is longer than it takes another
   * to go on with the session of a writer that died.
   */
  abandonedAfterMs?: number
  log?: Log
  /** For tests: published audio that shall not arrive by the fast path; the number is where it ends, in samples. */
  dropPublished?(number: number): boolean
}

/**
 * Yields the utterance's audio from its beginning and follows it live to its final mark. Silence stands for what Redis has lost.
 * Ends quietly when the signal is aborted; throws `Failure` when neither audio nor an end comes. What a slow reader has not taken
 * waits in Redis.
 */
export async function* readAudio(
  redis: Redis,
  ref: SessionRef,
  itemId: ItemId,
  { signal, abandonedAfterMs = 45_000, log = silentLog, dropPublished }: ReadAudioOptions,
): AsyncGenerator<Int16Array, void, undefined> {
  const place = { key: keys.audio(ref, itemId), channel: channelNames.audio(ref, itemId) }
  let position = 0
  for await (const entry of logEntries(redis, {
    ...place,
    signal,
    abandonedAfterMs,
    log,
    ...(dropPublished && { dropPublished }),
  })) {
    const { at, pcm, isFinal } = pieceOf(entry)
    for (; position < at; position += Math.min(at - position, maxSilence)) {
      yield new Int16Array(Math.min(at - position, maxSilence))
    }
    const fresh = pcm.subarray((position - at) * 2)
    if (fresh.length > 0) yield new Int16Array(new Uint8Array(fresh).buffer)
    position += fresh.length / 2
    if (isFinal) return
  }
}

/** Samples of silence that are made at once. */
const maxSilence = 16_000

/** Forgets the audio of an item, heard or spoken. */
export async function freeAudio(redis: Redis, ref: SessionRef, itemId: ItemId): Promise<void> {
  const [audio, spoken] = [keys.audio(ref, itemId), keys.spoken(ref, itemId)]
  await audioFree(redis, { held: sessionKeys(ref).held, audio, spoken }, {})
}
