import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Log } from '@voicebox/kernel'
import { ask } from '../ask.ts'
import { keys } from '../keys.ts'
import type { Redis } from '../redis.ts'
import { text } from '../reply.ts'
import type { EndedSession } from '../session-end.ts'
import type { Chore, TenantEvent } from './chore.ts'
import type { Chores } from './chores.ts'

/** Which of a tenant's quotas was reached. */
export type QuotaName = 'requests' | 'tokens' | 'sessions' | 'audio'

export interface ReachedQuota {
  tenantId: string
  quota: QuotaName
  /** In its own unit: requests, tokens, sessions, milliseconds of audio. */
  limit: number
  windowMs: number
}

/**
 * Tells that a session has ended. Whoever ends it calls this before it is free of all it held: should he die first, the one who
 * goes on calls it again, and there is still one event.
 */
export async function tellSessionEnded(chores: Chores, session: EndedSession, log: Log): Promise<void> {
  const { sessionId, tenantId, reason, openedAtMs, endedAtMs } = session
  const data = {
    session_id: sessionId,
    reason,
    opened_at: Math.floor(openedAtMs / 1_000),
    ended_at: Math.floor(endedAtMs / 1_000),
  }
  const event = eventOf(`evt_${sessionId.slice('sess_'.length)}`, 'session.ended', endedAtMs, data)
  await tell(chores, tenantId, event, openedAtMs, log) // not when it ended: Redis may have lost that, and it ends once more
}

/** Tells that a tenant has reached a quota, once in each window by the clock, whoever finds it and however often. */
export async function tellQuotaReached(redis: Redis, chores: Chores, reached: ReachedQuota, log: Log): Promise<void> {
  const { tenantId, quota, limit, windowMs } = reached
  const startMs = Math.floor(Date.now() / windowMs) * windowMs
  const key = keys.toldQuota(tenantId, quota)
  if ((await ask(redis.commands, text.nullable(), 'GET', key)) === String(startMs)) return
  const id = createHash('sha256')
    .update(JSON.stringify([tenantId, quota, startMs]))
    .digest('hex')
    .slice(0, 24)
  const data = {
    quota,
    limit,
    window_start: Math.floor(startMs / 1_000),
    window_seconds: Math.ceil(windowMs / 1_000),
  }
  await tell(chores, tenantId, eventOf(`evt_${id}`, 'quota.reached', startMs, data), startMs, log)
  await ask(redis.commands, z.unknown(), 'SET', key, String(startMs), 'PX', windowMs) // once it is there, or nobody would tell it
}

async function tell(chores: Chores, tenantId: string, event: TenantEvent, atMs: number, log: Log): Promise<void> {
  const chore: Chore = { kind: 'webhook', tenantId, webhookId: null, event }
  const added = await chores.add(chore, { atMs, name: event.id })
  if (added.kind === 'full') log.error({ tenantId, event: event.type }, 'Too many webhooks wait: an event is not told')
}

function eventOf(id: string, type: TenantEvent['type'], atMs: number, data: TenantEvent['data']): TenantEvent {
  return { id, object: 'event', type, created_at: Math.floor(atMs / 1_000), data }
}
