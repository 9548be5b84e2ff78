import type { ItemId, SessionId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { keys, sessionTtlMs } from './keys.ts'
import { readLog } from './numbered-log.ts'
import type { Redis } from './redis.ts'
import { bytes } from './reply.ts'

/** Keeps what was spoken for an item, from `atByte` of its audio on: so that writing it twice does no harm. */
export async function keepSpeech(
  redis: Redis,
  sessionId: SessionId,
  itemId: ItemId,
  atByte: number,
  pcm: Uint8Array,
): Promise<void> {
  const key = keys.spoken(sessionId, itemId)
  const written = ask(
    redis.commands,
    z.number(),
    'SETRANGE',
    key,
    atByte,
    Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength),
  )
  if (atByte === 0) await ask(redis.commands, z.number(), 'PEXPIRE', key, sessionTtlMs)
  await written
}

/** What was spoken for an item: pcm16, 24 kHz, mono, at most so many bytes of it; empty when it is gone. */
export async function keptSpeech(
  redis: Redis,
  sessionId: SessionId,
  itemId: ItemId,
  maxBytes: number,
): Promise<Uint8Array> {
  if (maxBytes <= 0) return new Uint8Array(0)
  return ask(redis.commands, bytes, 'GETRANGE', keys.spoken(sessionId, itemId), 0, maxBytes - 1)
}

/** What was heard of an item so far, up to about so many bytes: pcm16, 16 kHz, mono; empty when it is gone. */
export async function heardAudio(
  redis: Redis,
  sessionId: SessionId,
  itemId: ItemId,
  maxBytes: number,
): Promise<Uint8Array> {
  const key = keys.audio(sessionId, itemId)
  const parts: Uint8Array[] = []
  let length = 0
  let last = 0
  for (
    let page = await readLog(redis, key, last);
    page.length > 0 && length < maxBytes;
    page = await readLog(redis, key, last)
  ) {
    for (const { number, payload } of page) {
      last = number
      const pcm = payload.subarray(1) // after the mark that tells the end
      parts.push(pcm)
      length += pcm.byteLength
    }
  }
  return Buffer.concat(parts).subarray(0, maxBytes)
}
