import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { beginCall, forgetCall, keepAnswer, type Redis } from '@voicebox/streams'
import { Problem } from './problem.ts'

/** A call that may be repeated. */
export interface Repeatable {
  redis: Redis
  /** Whose call it is. */
  tenantId: string
  /** What the client names it, and what it authenticates by: who has not both can neither repeat the call nor read its answer. */
  idempotencyKey: string
  credential: string
  /** What is asked: a repeated call must ask the same. */
  asked: string
}

/**
 * Does a call once in a day, however often it is repeated, and answers each time the same. What is kept may be a key that is
 * shown once, so it is sealed by what only the caller has. Failures of the server are not kept.
 */
export async function once(
  { redis, tenantId, idempotencyKey, credential, asked }: Repeatable,
  perform: () => Promise<Response>,
): Promise<Response | Problem> {
  const secret = digest(JSON.stringify([credential, idempotencyKey]))
  const name = digest(Buffer.concat([Buffer.from('name'), secret])).toString('base64url')
  const fingerprint = digest(asked).toString('base64url')
  const begun = await beginCall(redis, tenantId, name)
  if (begun.kind === 'busy') return inProgress
  if (begun.kind === 'kept') return repeated(unseal(begun.answer, secret), fingerprint)
  try {
    const answer = await perform()
    if (answer.status >= 500) {
      await forgetCall(redis, tenantId, name)
      return answer
    }
    const kept: Kept = {
      fingerprint,
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      text: await answer.clone().text(),
    }
    await keepAnswer(redis, tenantId, name, seal(JSON.stringify(kept), secret))
    return answer
  } catch (error) {
    await forgetCall(redis, tenantId, name).catch(() => {}) // then nobody repeats it for a minute
    throw error
  }
}

interface Kept {
  fingerprint: string
  status: number
  type: string
  text: string
}

function repeated(json: string, fingerprint: string): Response | Problem {
  const { fingerprint: before, status, type, text } = JSON.parse(json) as Kept // only `once` writes there
  if (before !== fingerprint) return reused
  return new Response(text, { status, headers: { 'content-type': type, 'idempotent-replayed': 'true' } })
}

function seal(text: string, secret: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

function unseal(sealed: Buffer, secret: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const text = sealed.subarray(nonceBytes, -tagBytes)
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
}

const digest = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const nonceBytes = 12
const tagBytes = 16

const inProgress = new Problem('call_in_progress', 'A call with this idempotency key is being done: try again soon.')
const reused = new Problem('idempotency_key_reused', 'This idempotency key was used for another call within a day.')
