import { Failure, type ItemId, type Log, type SessionId, silentLog } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { channelNames, keys, sessionTtlMs } from './keys.ts'
import { logEntries } from './log-entries.ts'
import type { Redis } from './redis.ts'
import { audioAppend } from './scripts.gen.ts'

/**
 * Appends to the audio of an utterance: 16 kHz mono, signed 16 bit little endian. Appends of one item keep the order of the
 * calls. `final` says that this is its end (there may be no more audio with it); later appends are refused.
 */
export async function appendAudio(
  redis: Redis,
  sessionId: SessionId,
  itemId: ItemId,
  pcm: Uint8Array | null,
  { final }: { final: boolean },
): Promise<void> {
  if (pcm !== null && pcm.byteLength % 2 !== 0) throw new TypeError('Samples have two bytes each')
  const key = keys.audio(sessionId, itemId)
  const payload = Buffer.concat([Buffer.of(final ? finalMark : 0), pcm ?? Buffer.alloc(0)])
  const args = { channel: channelNames.audio(sessionId, itemId), ...redis.nextWrite(), ttl_ms: sessionTtlMs, payload }
  const answer = await redis.inOrder(key, () => audioAppend(redis, { audio: key }, args))
  if (answer === 'already_final') throw new Failure('bug', 'utterance_is_final', 'The utterance has ended already')
}

export interface ReadAudioOptions {
  signal: AbortSignal
  /** Silence of the writer after which the utterance counts as abandoned. Absent: 10 s. */
  abandonedAfterMs?: number
  log?: Log
  /** For tests: published audio that shall not arrive by the fast path; entries count from 1. */
  dropPublished?(number: number): boolean
}

/**
 * Yields the utterance's audio from its beginning and follows it live to its final mark. Ends quietly when the signal is
 * aborted; throws `Failure` when audio is gone, or when neither audio nor an end comes. What a slow reader has not taken waits in Redis.
 */
export async function* readAudio(
  redis: Redis,
  sessionId: SessionId,
  itemId: ItemId,
  { signal, abandonedAfterMs = 10_000, log = silentLog, dropPublished }: ReadAudioOptions,
): AsyncGenerator<Int16Array, void, undefined> {
  const place = { key: keys.audio(sessionId, itemId), channel: channelNames.audio(sessionId, itemId) }
  for await (const { payload } of logEntries(redis, {
    ...place,
    signal,
    abandonedAfterMs,
    log,
    ...(dropPublished && { dropPublished }),
  })) {
    if (payload.length > 1) yield new Int16Array(new Uint8Array(payload.subarray(1)).buffer)
    if (payload[0] === finalMark) return
  }
}

/** Forgets the audio of an item, heard or spoken. */
export async function freeAudio(redis: Redis, sessionId: SessionId, itemId: ItemId): Promise<void> {
  await ask(redis.commands, z.number(), 'UNLINK', keys.audio(sessionId, itemId), keys.spoken(sessionId, itemId))
}

const finalMark = 1
