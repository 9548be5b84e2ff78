import { z } from '@hono/zod-openapi'
import { isTenantId } from '@voicebox/tenancy'

export const tenantId = z
  .string()
  .refine(isTenantId, 'expected small letters, digits, - and _, 63 at most')
  .openapi({ type: 'string', pattern: '^[a-z0-9][a-z0-9_-]{0,62}$', example: 'acme' })

export const name = z
  .string()
  .max(200)
  .refine((text) => text.trim() !== '' && text.isWellFormed() && !text.includes('\0'), 'expected 1 to 200 characters')
  .openapi({ minLength: 1, maxLength: 200 })

export const moment = z.iso.datetime({ offset: true })

/** A point in time as it goes over the wire. */
export const at = (date: Date): string => date.toISOString()
export const atOrNull = (date: Date | null): string | null => date?.toISOString() ?? null

/** What every path below a tenant begins with. */
export const ofTenant = { tenant: tenantId.openapi({ description: 'The tenant’s id.' }) }

/** One below the tenant. */
export const sessionId = z
  .string()
  .regex(/^sess_[0-9A-Za-z]{1,64}$/, 'expected the id of a session')
  .openapi({ example: 'sess_0123456789ABCDEFGHIJK' })
export const ofSession = { ...ofTenant, session: sessionId.openapi({ description: 'The session’s id.' }) }

/** What clients may have named as they like. */
export const anyText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'expected text without NUL')

/** A span of time that a list is asked for. */
export const span = {
  from: moment.optional().openapi({ description: 'At this time or later.' }),
  to: moment.optional().openapi({ description: 'Before.' }),
}
export const spanOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => ({
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
})
