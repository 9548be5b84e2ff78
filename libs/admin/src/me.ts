import { z } from '@hono/zod-openapi'
import { tenantId } from './fields.ts'
import { operation } from './operation.ts'

const shown = z
  .object({
    object: z.literal('caller'),
    role: z.enum(['platform', 'tenant']),
    actor: z.string().openapi({ description: 'As the audit log names it.' }),
    tenant_id: tenantId.nullable(),
  })
  .openapi('Caller')

export const callerOperations = [
  operation({
    id: 'getCaller',
    tag: 'Caller',
    method: 'get',
    path: '/me',
    access: 'any',
    summary: 'Shows who asks, and which tenant is its own',
    answer: shown,
    perform: async ({ caller: { role, actor, tenantId } }) => ({
      object: 'caller' as const,
      role: role ?? 'tenant',
      actor,
      tenant_id: tenantId,
    }),
  }),
]
