import type { ItemId } from '@voicebox/kernel'
import { ask } from './ask.ts'
import type { AudioWriter } from './audio.ts'
import { pieceOf } from './audio-piece.ts'
import { keys, sessionKeys, sessionTtlMs } from './keys.ts'
import { readLog } from './numbered-log.ts'
import type { Redis } from './redis.ts'
import { bytes } from './reply.ts'
import { speechKeep } from './scripts.gen.ts'
import type { SessionRef } from './session-ref.ts'

/**
 * Keeps what was spoken for an item, from `atByte` of its audio on: so that writing it twice does no harm. Nothing once somebody
 * else holds the session, or it has ended.
 */
export async function keepSpeech(
  redis: Redis,
  writer: AudioWriter,
  itemId: ItemId,
  atByte: number,
  pcm: Uint8Array,
): Promise<void> {
  const { session, held } = sessionKeys(writer)
  const spoken = keys.spoken(writer, itemId)
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)
  await speechKeep(
    redis,
    { session, held, spoken },
    { token: writer.token, at_byte: atByte, ttl_ms: sessionTtlMs, pcm: bytes },
  )
}

/** What was spoken for an item: pcm16, 24 kHz, mono, at most so many bytes of it; empty when it is gone. */
export async function keptSpeech(redis: Redis, ref: SessionRef, itemId: ItemId, maxBytes: number): Promise<Uint8Array> {
  if (maxBytes <= 0) return new Uint8Array(0)
  return ask(redis.commands, bytes, 'GETRANGE', keys.spoken(ref, itemId), 0, maxBytes - 1)
}

/** What was heard of an item so far, up to so many bytes: pcm16, 16 kHz, mono; silence for what Redis has lost; empty when it is gone. */
export async function heardAudio(redis: Redis, ref: SessionRef, itemId: ItemId, maxBytes: number): Promise<Uint8Array> {
  const key = keys.audio(ref, itemId)
  const parts: Uint8Array[] = []
  let length = 0
  let last = 0
  for (
    let page = await readLog(redis, key, last);
    page.length > 0 && length < maxBytes;
    page = await readLog(redis, key, last)
  ) {
    for (const entry of page) {
      const { at, pcm } = pieceOf(entry)
      last = entry.number
      if (length < Math.min(at * 2, maxBytes)) parts.push(new Uint8Array(Math.min(at * 2, maxBytes) - length))
      parts.push(pcm)
      length = at * 2 + pcm.byteLength
    }
  }
  return Buffer.concat(parts).subarray(0, maxBytes)
}
