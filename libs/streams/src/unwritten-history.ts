import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { streamEntry } from './reply.ts'
import { historyForget, historyLook, historyRead } from './scripts.gen.ts'
import type { SessionRef } from './session-ref.ts'

/** A fact of a session that waits to be written down. */
export interface UnwrittenFact {
  /** Grows with each fact of the session. */
  number: number
  atMs: number
  /** As it was told. */
  fact: unknown
  bytes: number
}

/** The oldest facts that wait: one, and more within the limits. `isOver` and none: nothing more will come. */
export async function readHistory(
  redis: Redis,
  ref: SessionRef,
  { maxFacts, maxBytes }: { maxFacts: number; maxBytes: number },
): Promise<{ isOver: boolean; facts: UnwrittenFact[] }> {
  const own = { session: keys.session(ref), history: keys.history(ref) }
  const [state, ...parts] = await historyRead(redis, own, { count: maxFacts, max_bytes: maxBytes })
  const facts: UnwrittenFact[] = []
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [number, atMs, body] = parts.slice(at, at + 3) as [Buffer, Buffer, Buffer]
    facts.push({ number: Number(number), atMs: Number(atMs), fact: decode(body), bytes: body.byteLength })
  }
  return { isOver: state?.toString() === 'over', facts }
}

/**
 * The newest fact of a session that waits to be written down and is one of these; null: none is. One that was committed before
 * this is called is found here, or was written down before this answers.
 */
export async function findUnwritten(
  redis: Redis,
  ref: SessionRef,
  isOne: (fact: unknown) => boolean,
): Promise<unknown> {
  let before = '+'
  for (;;) {
    const page = await ask(redis.commands, entries, 'XREVRANGE', keys.history(ref), before, '-', 'COUNT', pageLength)
    for (const [id, [, , , body]] of page) {
      const fact = decode(body ?? Buffer.alloc(0))
      if (isOne(fact)) return fact
      before = `(${id}`
    }
    if (page.length < pageLength) return null
  }
}

const entries = z.array(streamEntry)
const pageLength = 100

/** Lets go of the facts up to this number, which are written down. May be repeated. */
export async function forgetHistory(redis: Redis, ref: SessionRef, upTo: number): Promise<void> {
  await historyForget(redis, { history: keys.history(ref) }, { number: upTo })
}

/** How much waits, and for how long the oldest of it has. */
export async function lookAtHistory(redis: Redis, ref: SessionRef): Promise<{ facts: number; oldestMs: number }> {
  const [facts, oldestMs] = await historyLook(redis, { history: keys.history(ref) }, {})
  return { facts: Number(facts), oldestMs: Number(oldestMs) }
}
