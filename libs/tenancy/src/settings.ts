import { z } from 'zod'
import { sealedSchema } from './vault.ts'

/** What a tenant may be told of by webhook. */
export const webhookEvents = ['session.ended', 'quota.reached'] as const
export type WebhookEvent = (typeof webhookEvents)[number]

/** Where a tenant is told what happened. */
const webhookSchema = z.strictObject({
  id: z.string().regex(/^wh_[0-9A-Za-z]{1,64}$/, 'expected wh_ and letters or digits'),
  url: z.url({ protocol: /^https$/ }).max(2_048),
  events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
  /** By which what is sent is signed, sealed for the field that `webhookField` names. */
  secret: sealedSchema,
})
export type Webhook = z.infer<typeof webhookSchema>

const days = z.int().min(1).max(3_650)

/** What a tenant has set for its sessions and what is kept of them; an empty object gives the defaults. */
export const settingsSchema = z.strictObject({
  /** Instructions of sessions whose client gives none. */
  instructions: z.string().max(256_000).default(''),
  /** The voice of sessions whose client names none; null: the model's own. */
  voice: z.string().min(1).max(256).nullable().default(null),
  /** For how many days what was said, and its audio, is kept. */
  retention: z
    .strictObject({ itemDays: days.default(30), audioDays: days.default(7) })
    .default({ itemDays: 30, audioDays: 7 }),
  webhooks: z
    .array(webhookSchema)
    .max(16)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'expected each id once')
    .default([]),
})
export type TenantSettings = z.infer<typeof settingsSchema>
