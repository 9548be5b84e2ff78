import { randomBytes } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { readSettings } from '@voicebox/store'
import { type Webhook, webhookEvents, webhookField } from '@voicebox/tenancy'
import { ofTenant } from './fields.ts'
import { operation } from './operation.ts'
import { Problem } from './problem.ts'
import { keepSettings } from './settings.ts'

const webhookId = z
  .string()
  .regex(/^wh_[0-9A-Za-z]{1,64}$/, 'expected the id of a webhook')
  .openapi({ example: 'wh_0123456789abcdef' })
const url = z
  .url({ protocol: /^https$/, error: 'expected an address that begins with https://' })
  .max(2_048)
  .openapi({ example: 'https://example.com/hooks' })
const fields = {
  url,
  events: z
    .array(z.enum(webhookEvents))
    .min(1)
    .max(webhookEvents.length)
    .openapi({ description: 'What it is told of.' }),
}
const shownFields = { object: z.literal('webhook'), id: webhookId, ...fields }
const shown = z.object(shownFields).openapi('Webhook')
const created = z
  .object({
    ...shownFields,
    secret: z.string().openapi({ description: 'By which what is sent is signed: it is shown this once.' }),
  })
  .openapi('CreatedWebhook')
const about = { tag: 'Settings', access: 'tenant' } as const

export const webhookOperations = [
  operation({
    ...about,
    id: 'listWebhooks',
    method: 'get',
    path: '/tenants/{tenant}/webhooks',
    summary: 'Lists where a tenant is told what happened',
    params: z.object(ofTenant),
    answer: z.object({ object: z.literal('list'), data: z.array(shown) }).openapi('WebhookList'),
    async perform({ params: { tenant }, services: { store } }) {
      const { webhooks } = await readSettings(store, tenant)
      return { object: 'list' as const, data: webhooks.map(showWebhook) }
    },
  }),
  operation({
    ...about,
    id: 'createWebhook',
    method: 'post',
    path: '/tenants/{tenant}/webhooks',
    summary: 'Adds a webhook, and shows its secret this once',
    params: z.object(ofTenant),
    body: z.strictObject(fields).openapi('WebhookToCreate'),
    status: 201,
    answer: created,
    async perform({ params: { tenant: tenantId }, body, caller, services }) {
      const settings = await readSettings(services.store, tenantId)
      if (settings.webhooks.length >= maxWebhooks)
        return new Problem('conflict', `A tenant may have ${maxWebhooks} webhooks.`)
      const id = `wh_${randomBytes(10).toString('hex')}`
      const secret = `whsec_${randomBytes(32).toString('base64')}`
      const sealed = services.seal(secret, { tenantId, field: webhookField(id) })
      const webhook: Webhook = { id, url: body.url, events: [...new Set(body.events)], secret: sealed }
      const wanted = { ...settings, webhooks: [...settings.webhooks, webhook] }
      const problem = await keepSettings(tenantId, wanted, caller.actor, services)
      return problem ?? { ...showWebhook(webhook), secret }
    },
  }),
  operation({
    ...about,
    id: 'deleteWebhook',
    method: 'delete',
    path: '/tenants/{tenant}/webhooks/{webhook}',
    summary: 'Takes a webhook away',
    params: z.object({ ...ofTenant, webhook: webhookId.openapi({ description: 'The webhook’s id.' }) }),
    async perform({ params: { tenant, webhook: id }, caller, services }) {
      const settings = await readSettings(services.store, tenant)
      const webhooks = settings.webhooks.filter((one) => one.id !== id)
      if (webhooks.length === settings.webhooks.length)
        return new Problem('not_found', `Tenant ${tenant} has no webhook ${id}.`)
      return (await keepSettings(tenant, { ...settings, webhooks }, caller.actor, services)) ?? undefined
    },
  }),
]

const maxWebhooks = 16

const showWebhook = ({ id, url, events }: Webhook) => ({ object: 'webhook' as const, id, url, events })
