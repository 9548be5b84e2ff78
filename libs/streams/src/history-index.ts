import { toFailure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import { historyClaim, liveShow } from './scripts.gen.ts'
import { shardOf, shards } from './session-index.ts'
import { nameOf, refOf, type SessionRef } from './session-ref.ts'

// Which sessions may have history that is not written down yet, by when they are to be looked at. Each is noted before there is
// any history of it, and again with each sign of life; it leaves once it is over and all is written.

/** Says that there is, or may be, history of a session. One that is noted already stays as it is. */
export async function noteHistory(redis: Redis, session: SessionRef): Promise<void> {
  await ask(redis.commands, z.number(), 'ZADD', dueOf(session), 'NX', 0, nameOf(session))
}

/**
 * Claims sessions whose history is to be looked at: nobody else gets them for so long, or until `lookAgain`. Answers what it gets
 * when a part of the index cannot be asked; rejects when none can.
 */
export async function claimHistory(redis: Redis, limit: number, claimMs: number): Promise<SessionRef[]> {
  const args = { claim_ms: claimMs, count: Math.ceil(limit / shards) }
  const asked = await Promise.allSettled(everyShard((due) => historyClaim(redis, { due }, args)))
  return sessionsIn(asked)
}

/** Says when a session is to be looked at again. */
export async function lookAgain(redis: Redis, session: SessionRef, inMs: number): Promise<void> {
  const args = { session: nameOf(session), ttl_ms: Math.ceil(inMs), is_new: 0 }
  await liveShow(redis, { live: dueOf(session) }, args)
}

/** There will be no more history of a session. */
export async function dropHistory(redis: Redis, session: SessionRef): Promise<void> {
  await ask(redis.commands, z.number(), 'ZREM', dueOf(session), nameOf(session))
}

/** How many sessions there are that live, or whose history is not all written down. */
export async function countHistory(redis: Redis): Promise<number> {
  const asked = await Promise.allSettled(everyShard((due) => ask(redis.commands, z.number(), 'ZCARD', due)))
  return found(asked).reduce((sum, count) => sum + count, 0)
}

/** Some of them, by chance: at most so many. */
export async function someHistory(redis: Redis, limit: number): Promise<SessionRef[]> {
  const count = Math.ceil(limit / shards)
  const asked = await Promise.allSettled(
    everyShard((due) => ask(redis.commands, z.array(text), 'ZRANDMEMBER', due, count)),
  )
  return sessionsIn(asked)
}

/**
 * A tenant's sessions that live, or whose history is not all written down, some at a time. One that is there all the while is
 * among them; it may be so twice. Rejects when a part of the index cannot be asked.
 */
export async function* historyOfTenant(redis: Redis, tenantId: string): AsyncGenerator<SessionRef[]> {
  const pattern = `${tenantId.replace(/[\\*?[\]]/g, '\\$&')}/*`
  for (let shard = 0; shard < shards; shard++)
    for (let cursor = '0', isOver = false; !isOver; isOver = cursor === '0') {
      const scan = ['ZSCAN', keys.historyDue(shard), cursor, 'MATCH', pattern, 'COUNT', scanCount] as const
      const [next, parts] = await ask(redis.commands, z.tuple([text, z.array(text)]), ...scan)
      cursor = next
      const names = parts.filter((_, at) => at % 2 === 0) // each is followed by when it is due
      yield names.map(refOf).filter((ref) => ref !== null)
    }
}

const scanCount = 1_000

const everyShard = <T>(call: (due: string) => T): T[] =>
  Array.from({ length: shards }, (_, shard) => call(keys.historyDue(shard)))

function found<T>(asked: readonly PromiseSettledResult<T>[]): T[] {
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const failed = asked.find((answer) => answer.status === 'rejected')
  if (answers.length === 0 && failed !== undefined) throw toFailure(failed.reason)
  return answers
}

const dueOf = (session: SessionRef): string => keys.historyDue(shardOf(nameOf(session)))

/** Only `noteHistory` writes there. */
function sessionsIn(asked: readonly PromiseSettledResult<string[]>[]): SessionRef[] {
  return found(asked)
    .flat()
    .map(refOf)
    .filter((ref) => ref !== null)
}
