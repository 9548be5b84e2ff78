import type { LookupFunction } from 'node:net'
import { Failure } from '@voicebox/kernel'
import { type AllowList, makeCheckedLookup, notPublic, refusalOfServerUrl } from '@voicebox/outbound'
import type { TenantEvent } from '@voicebox/streams'
import { Agent, fetch as send } from 'undici'
import { signedHeaders } from './signature.ts'

/** Where a tenant wants to be told what happens. */
export interface Webhook {
  id: string
  url: string
  events: readonly TenantEvent['type'][]
  /** By which what is sent is signed: `whsec_` and base64. */
  secret: string
}

export interface DeliverOptions {
  allow: AllowList
  signal: AbortSignal
  /** Absent: the system's. */
  lookup?: LookupFunction
  /** Absent: 10 s, for all of it. */
  timeoutMs?: number
}

/**
 * Sends an event to a webhook, signed anew; resolves when it was taken (2xx). A `Failure` else: `client` where it makes no sense to
 * send it again (the address may not be asked, or it answers 410), `dependency` for all other answers, redirections among them,
 * and for none. What it answers beside the status is not read.
 */
export async function deliver(webhook: Webhook, event: TenantEvent, options: DeliverOptions): Promise<void> {
  const { allow, signal, lookup, timeoutMs = 10_000 } = options
  const refusal = refusalOfServerUrl(webhook.url, allow)
  if (refusal !== null) throw new Failure('client', 'webhook_not_allowed', `A webhook may not be told: ${refusal}`)
  const url = new URL(webhook.url)
  const body = JSON.stringify(event)
  const headers = signedHeaders({ id: event.id, timestampS: Date.now() / 1_000, body, secret: webhook.secret })
  const connect = allow.admits(url) ? (lookup === undefined ? {} : { lookup }) : { lookup: makeCheckedLookup(lookup) }
  const agent = new Agent({ connect, allowH2: false })
  try {
    const { status } = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'AgentVoiceBox', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      dispatcher: agent,
    })
    if (status >= 200 && status < 300) return
    if (status === 410) throw new Failure('client', 'webhook_gone', 'The webhook answers that it is gone (410)')
    throw new Failure('dependency', 'webhook_refused', `The webhook answered ${status}`)
  } catch (error) {
    throw failureOf(error)
  } finally {
    await agent.destroy()
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === notPublic) {
    return new Failure('client', 'webhook_not_allowed', 'The name of a webhook leads to an address that is not public')
  }
  const isSlow = cause instanceof Error && cause.name === 'TimeoutError'
  const why = isSlow ? 'did not answer in time' : `was not reached${/^[A-Z_]+$/.test(code) ? ` (${code})` : ''}`
  return new Failure('dependency', 'webhook_unreachable', `The webhook ${why}`)
}
