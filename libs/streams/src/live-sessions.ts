import type { SessionId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { keys, sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { bytes, text } from './reply.ts'

/** A session that lives, as who looks at it from outside sees it. */
export interface LiveSession {
  id: SessionId
  tenantId: string
  /** Who drives it, or did last. */
  holder: string
  openedAtMs: number
  /** When its time is over, if it gives no further sign of life. */
  aliveUntilMs: number
  items: number
  /** What it is set to, as far as it has said so. */
  settings: { type: string | null; model: string | null; voice: string | null }
}

/** A page of a tenant's live sessions, by id; `after` is the last id of the page before it. At most a hundred thousand are looked at. */
export async function listLiveSessions(
  redis: Redis,
  tenantId: string,
  { after = '', limit = 100 }: { after?: string; limit?: number } = {},
): Promise<LiveSession[]> {
  const ids = await ask(redis.commands, z.array(text), 'ZRANGE', keys.countedSessions(tenantId), 0, maxSessions - 1)
  const rest = ids.filter((id) => id > after).sort()
  const page: LiveSession[] = []
  for (let at = 0; at < rest.length && page.length < limit; at += limit) {
    const found = await Promise.all(rest.slice(at, at + limit).map((id) => findLiveSession(redis, tenantId, id)))
    page.push(...found.filter((one) => one !== null))
  }
  return page.slice(0, limit)
}

/** Null: the tenant has no live session of this id. */
export async function findLiveSession(redis: Redis, tenantId: string, id: string): Promise<LiveSession | null> {
  const sessionId = id as SessionId // any other finds nothing
  const { session, records, items } = sessionKeys({ tenantId, sessionId })
  const [[state, tenant, holder, openedAt, aliveUntil], [head, own], itemCount] = await Promise.all([
    ask(redis.commands, facts, 'HMGET', session, 'state', 'tenant', 'holder', 'opened_at', 'alive_until'),
    ask(redis.commands, z.tuple([bytes.nullable(), bytes.nullable()]), 'HMGET', records, 'head', 'session'),
    ask(redis.commands, z.number(), 'HLEN', items),
  ])
  if (state !== 'live' || tenant !== tenantId) return null
  return {
    id: sessionId,
    tenantId,
    holder: holder ?? '',
    openedAtMs: Number(openedAt),
    aliveUntilMs: Number(aliveUntil),
    items: itemCount,
    settings: { ...decoded(headShown, head), ...decoded(sessionShown, own) },
  }
}

/** A session that has just begun may have no records yet. */
function decoded<T>(schema: z.ZodType<T>, record: Buffer | null): T {
  return schema.parse(record === null ? {} : decode(record))
}

const word = z.string().min(1).nullable().catch(null)
const headShown = z.object({ type: word })
const sessionShown = z
  .object({ model: word, audio: z.object({ output: z.object({ voice: word }) }).catch({ output: { voice: null } }) })
  .transform(({ model, audio }) => ({ model, voice: audio.output.voice }))
const facts = z.tuple([text.nullable(), text.nullable(), text.nullable(), text.nullable(), text.nullable()])
const maxSessions = 100_000
