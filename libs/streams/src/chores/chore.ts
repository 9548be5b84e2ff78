import { z } from 'zod'

/** What is told to tenants who asked for it, as OpenAI's webhooks tell it. It never changes once it was made, whoever makes it again. */
const eventSchema = z.object({
  id: z.string(),
  object: z.literal('event'),
  type: z.enum(['session.ended', 'quota.reached']),
  /** Seconds since the epoch. */
  created_at: z.number().int(),
  data: z.record(z.string(), z.unknown()),
})
export type TenantEvent = z.infer<typeof eventSchema>

const subjectSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('history') }),
  z.object({ kind: z.literal('session'), sessionId: z.templateLiteral(['sess_', z.string()]) }),
  z.object({
    kind: z.literal('item'),
    sessionId: z.templateLiteral(['sess_', z.string()]),
    itemId: z.string().min(1).max(512),
  }),
])
/** What is deleted: all that a tenant's sessions said, what one did, or one item of it. */
export type DeletionSubject = z.infer<typeof subjectSchema>

const choreSchema = z.discriminatedUnion('kind', [
  /** Deletes what a tenant's retention lets go. Null: of the installation, which adds one for each of its tenants. */
  z.object({ kind: z.literal('retention'), tenantId: z.string().nullable() }),
  /** Deletes what somebody has asked to be deleted; `actor` is who, as the audit log names him. */
  z.object({ kind: z.literal('deletion'), tenantId: z.string(), subject: subjectSchema, actor: z.string() }),
  /** Tells an event to one of the tenant's webhooks. Null: to all that want it, which adds one for each. */
  z.object({ kind: z.literal('webhook'), tenantId: z.string(), webhookId: z.string().nullable(), event: eventSchema }),
])
/** Work that nobody waits for, done by a housekeeper; again where it was done by half, so all of it may be repeated. */
export type Chore = z.infer<typeof choreSchema>
export type ChoreKind = Chore['kind']
export const choreKinds = ['retention', 'deletion', 'webhook'] as const satisfies readonly ChoreKind[]

/** What was kept as a chore, if it is one. */
export function choreOf(data: unknown): Chore | null {
  return choreSchema.safeParse(data).data ?? null
}
