import { z } from '@hono/zod-openapi'
import { findSession, listResponses, listSessions, type ResponseEntry, type SessionEntry } from '@voicebox/store'
import { anyText, at, atOrNull, moment, ofSession, ofTenant, sessionId, span, spanOf, tenantId } from './fields.ts'
import { noteReading } from './note-reading.ts'
import { operation } from './operation.ts'
import { cursorOfList, pageFrom, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'

const shown = z
  .object({
    object: z.literal('session'),
    id: sessionId,
    tenant_id: tenantId,
    type: z.string(),
    model: z.string(),
    opened_at: moment,
    ended_at: moment.nullable().openapi({ description: 'Null: it lives, as far as was written.' }),
    end_reason: z.string().nullable(),
  })
  .openapi('Session')
const response = z
  .object({
    object: z.literal('kept_response'),
    id: z.string(),
    session_id: sessionId,
    model: z.string(),
    created_at: moment,
    response: z.record(z.string(), z.unknown()).openapi({ description: 'As in `response.done`, without audio.' }),
  })
  .openapi('KeptResponse')
const about = { tag: 'History', access: 'tenant', method: 'get' } as const

export const historyOperations = [
  operation({
    ...about,
    id: 'listSessions',
    path: '/tenants/{tenant}/sessions',
    summary: 'Lists the sessions of a tenant, those opened last first',
    params: z.object(ofTenant),
    query: pageQuery(cursorOfList).extend({
      ...span,
      model: anyText(200).optional(),
      state: z.enum(['live', 'ended']).optional(),
    }),
    answer: pageOf('SessionList', shown),
    async perform(asked) {
      const { params, query, services } = asked
      const { limit, after: cursor, model, state } = query
      await noteReading(asked, { tenantId: params.tenant, what: 'sessions' })
      const filter = { limit, cursor, model, state, ...spanOf(query) }
      return pageFrom(await listSessions(services.store, params.tenant, filter), showSession)
    },
  }),
  operation({
    ...about,
    id: 'getSession',
    path: '/tenants/{tenant}/sessions/{session}',
    summary: 'Shows a session',
    params: z.object(ofSession),
    answer: shown,
    async perform(asked) {
      const { tenant, session: id } = asked.params
      await noteReading(asked, { tenantId: tenant, what: 'session', subject: id })
      const session = await findSession(asked.services.store, tenant, id)
      return session === null ? noHistoryOf(tenant, id) : showSession(session)
    },
  }),
  operation({
    ...about,
    id: 'listResponses',
    path: '/tenants/{tenant}/sessions/{session}/responses',
    summary: 'Lists the responses of a session, the last one first',
    params: z.object(ofSession),
    query: pageQuery(cursorOfList),
    answer: pageOf('KeptResponseList', response),
    async perform(asked) {
      const { tenant, session } = asked.params
      const { limit, after: cursor } = asked.query
      await noteReading(asked, { tenantId: tenant, what: 'responses', subject: session })
      return pageFrom(await listResponses(asked.services.store, tenant, session, { limit, cursor }), showResponse)
    },
  }),
]

const noHistoryOf = (tenant: string, id: string): Problem =>
  new Problem('not_found', `Tenant ${tenant} has no history of a session ${id}.`)

function showSession(session: SessionEntry): z.input<typeof shown> {
  const { id, tenantId: tenant_id, type, model, openedAt, endedAt, endReason } = session
  const times = { opened_at: at(openedAt), ended_at: atOrNull(endedAt) }
  return { object: 'session', id, tenant_id, type, model, ...times, end_reason: endReason }
}

function showResponse({ id, sessionId, model, createdAt, response }: ResponseEntry) {
  return { object: 'kept_response' as const, id, session_id: sessionId, model, created_at: at(createdAt), response }
}
