import type { Log } from '@voicebox/kernel'
import type { AllowList } from '@voicebox/outbound'
import type { Chore, ChoreContext, Chores } from '@voicebox/streams'
import { deliver } from '../webhooks/deliver.ts'
import type { TenantRules } from './tenant-rules.ts'

type Telling = Extract<Chore, { kind: 'webhook' }>

export interface TellOptions {
  rules: TenantRules
  chores: Chores
  allow: AllowList
  log: Log
}

/** Sends an event to one webhook, or adds a chore for each that wants it. One that is not set any more is told nothing. */
export async function tellEvent(
  telling: Telling,
  { id, signal }: Pick<ChoreContext, 'id' | 'signal'>,
  { rules, chores, allow, log }: TellOptions,
): Promise<void> {
  const { tenantId, webhookId, event } = telling
  const wanting = (await rules.webhooks(tenantId)).filter(({ events }) => events.includes(event.type))
  if (webhookId !== null) {
    const webhook = wanting.find((one) => one.id === webhookId)
    return webhook === undefined ? undefined : deliver(webhook, event, { allow, signal })
  }
  if (wanting.length === 0) return
  if ((await chores.waitingOf('webhook', tenantId)) >= maxWaiting)
    return log.error({ tenantId, event: event.type }, 'Too many webhooks of a tenant wait: an event is not told')
  const atMs = Number(id.split('.')[1])
  for (const webhook of wanting) {
    const added = await chores.add({ ...telling, webhookId: webhook.id }, { atMs, name: `${event.id}-${webhook.id}` })
    if (added.kind === 'full')
      log.error({ tenantId, event: event.type }, 'Too many webhooks wait: an event is not told')
  }
}

/** So that a webhook which does not answer leaves others of their place. */
const maxWaiting = 1_000
