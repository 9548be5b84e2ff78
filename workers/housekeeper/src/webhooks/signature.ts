import { createHmac } from 'node:crypto'
import { Failure } from '@voicebox/kernel'

/** The headers by which whoever has the secret knows that a body comes from here, as Standard Webhooks and OpenAI have them. */
export function signedHeaders({
  id,
  timestampS,
  body,
  secret,
}: {
  id: string
  timestampS: number
  body: string
  /** `whsec_` and base64. */
  secret: string
}): Record<string, string> {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secret) ?? []
  if (encoded === undefined) throw new Failure('client', 'invalid_webhook_secret', 'The secret of a webhook is none')
  const timestamp = String(Math.floor(timestampS))
  const signature = createHmac('sha256', Buffer.from(encoded, 'base64')).update(`${id}.${timestamp}.${body}`)
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature.digest('base64')}`,
  }
}
