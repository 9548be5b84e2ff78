import { z } from '@hono/zod-openapi'
import { appendAudit } from '@voicebox/store'
import {
  closeSession,
  findLiveSession,
  latestTurns,
  listLiveSessions,
  type LiveSession,
  type OnEnded,
  tellSessionEnded,
} from '@voicebox/streams'
import { at, moment, ofSession, ofTenant, sessionId, tenantId } from './fields.ts'
import { operation } from './operation.ts'
import { page, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'
import { shownTurn, showTurn } from './turns.ts'

const shown = z
  .object({
    object: z.literal('live_session'),
    id: sessionId,
    tenant_id: tenantId,
    type: z.string().nullable(),
    model: z.string().nullable(),
    voice: z.string().nullable(),
    gateway: z.string().openapi({ description: 'The gateway that drives it, or did last.' }),
    items: z.int().openapi({ description: 'Items of the conversation.' }),
    opened_at: moment,
    alive_until: moment.openapi({ description: 'When it ends, if it gives no further sign of life.' }),
  })
  .openapi('LiveSession')
const params = z.object(ofSession)
const about = { tag: 'Live sessions', access: 'tenant' } as const

export const sessionOperations = [
  operation({
    ...about,
    id: 'listLiveSessions',
    method: 'get',
    path: '/tenants/{tenant}/live-sessions',
    summary: 'Lists the sessions of a tenant that are open, by id',
    params: z.object(ofTenant),
    query: pageQuery(sessionId),
    answer: pageOf('LiveSessionList', shown),
    async perform({ params: { tenant }, query: { limit, after = '' }, services }) {
      const found = await listLiveSessions(await services.redis(), tenant, { after, limit: limit + 1 })
      return page(found, limit, { show: showSession, cursor: ({ id }) => id })
    },
  }),
  operation({
    ...about,
    id: 'getLiveSession',
    method: 'get',
    path: '/tenants/{tenant}/live-sessions/{session}',
    summary: 'Shows a session that is open',
    params,
    answer: shown,
    async perform({ params: { tenant, session: id }, services }) {
      const session = await findLiveSession(await services.redis(), tenant, id)
      return session === null ? noSuchSession(tenant, id) : showSession(session)
    },
  }),
  operation({
    ...about,
    id: 'listTurns',
    method: 'get',
    path: '/tenants/{tenant}/live-sessions/{session}/turns',
    summary: 'Shows where the time of a session’s latest turns went, the oldest first',
    params,
    answer: z.object({ object: z.literal('list'), data: z.array(shownTurn) }).openapi('TurnList'),
    async perform({ params: { tenant, session: id }, services }) {
      const redis = await services.redis()
      const session = await findLiveSession(redis, tenant, id)
      if (session === null) return noSuchSession(tenant, id)
      const turns = await latestTurns(redis, { tenantId: tenant, sessionId: session.id })
      return { object: 'list' as const, data: turns.map(showTurn) }
    },
  }),
  operation({
    ...about,
    id: 'closeLiveSession',
    method: 'delete',
    path: '/tenants/{tenant}/live-sessions/{session}',
    summary: 'Ends a session, and tells its client so',
    description:
      'The client gets an `error` with the code `session_closed`, and close 4000. It is answered when the session has ended, which takes some seconds where its gateway does not answer.',
    params,
    async perform({ params: { tenant, session: id }, caller, services: { store, redis: open, chores, name, log } }) {
      const redis = await open()
      const session = await findLiveSession(redis, tenant, id)
      if (session === null) return noSuchSession(tenant, id)
      const entry = { tenantId: tenant, action: 'session.closed', actor: caller.actor, subject: id, details: {} }
      await appendAudit(store, [entry]) // before it is done: Redis and the database have no transaction in common
      const onEnded: OnEnded = async (ended) => tellSessionEnded(await chores(), ended, log)
      const closed = await closeSession(redis, { tenantId: tenant, sessionId: session.id, holder: name, onEnded, log })
      return closed === 'none' ? noSuchSession(tenant, id) : undefined
    },
  }),
]

const noSuchSession = (tenant: string, id: string): Problem =>
  new Problem('not_found', `Tenant ${tenant} has no open session ${id}.`)

function showSession({
  id,
  tenantId,
  holder,
  openedAtMs,
  aliveUntilMs,
  items,
  settings,
}: LiveSession): z.input<typeof shown> {
  return {
    object: 'live_session',
    id,
    tenant_id: tenantId,
    ...settings,
    gateway: holder,
    items,
    opened_at: at(new Date(openedAtMs)),
    alive_until: at(new Date(aliveUntilMs)),
  }
}
