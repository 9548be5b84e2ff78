import { z } from '@hono/zod-openapi'
import { type AuditRecord, listAudit, strangers } from '@voicebox/store'
import { at, moment, ofTenant } from './fields.ts'
import { operation } from './operation.ts'
import { page, pageOf, pageQuery } from './paging.ts'

const shown = z
  .object({
    object: z.literal('audit_entry'),
    id: z.string(),
    at: moment,
    action: z.string().openapi({ example: 'key.created' }),
    actor: z.string().openapi({ description: 'A key’s id, an address, or `operator`.' }),
    subject: z.string().nullable().openapi({ description: 'What it was done to.' }),
    details: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry')
const query = pageQuery(z.string().regex(/^\d{1,18}$/, 'expected the id of an entry'))
const answer = pageOf('AuditList', shown)
const about = { tag: 'Audit', method: 'get', query, answer } as const

export const auditOperations = [
  operation({
    ...about,
    id: 'listAudit',
    path: '/tenants/{tenant}/audit',
    access: 'tenant',
    summary: 'Lists what happened to a tenant, the newest first',
    params: z.object(ofTenant),
    async perform({ params: { tenant }, query: { limit, after = null }, services: { store } }) {
      return pageOfAudit(await listAudit(store, tenant, { before: after, limit: limit + 1 }), limit)
    },
  }),
  operation({
    ...about,
    id: 'listStrangers',
    path: '/audit/strangers',
    access: 'platform',
    summary: 'Lists who was turned away without a key of anybody’s, and what was done with what is no tenant’s',
    async perform({ query: { limit, after = null }, services: { store } }) {
      return pageOfAudit(await listAudit(store, strangers, { before: after, limit: limit + 1 }), limit)
    },
  }),
]

const pageOfAudit = (found: readonly AuditRecord[], limit: number): z.input<typeof answer> =>
  page(found, limit, { show: showEntry, cursor: ({ id }) => id })

function showEntry({ id, at: when, action, actor, subject, details }: AuditRecord): z.input<typeof shown> {
  return { object: 'audit_entry', id, at: at(when), action, actor, subject, details }
}
