import { z } from 'zod'
import { ask } from './ask.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { answerBegin, answerKeep } from './scripts.gen.ts'

// What was answered to calls that may be repeated, so that a repeated one gets the same answer and nothing is done twice.

/** `busy`: it is being done. */
export type Begun = { kind: 'begun' | 'busy' } | { kind: 'kept'; answer: Buffer }

/** Begins the call of this name of a tenant, if nobody has. Whoever is told `begun` then keeps the answer, or forgets the call. */
export async function beginCall(redis: Redis, tenantId: string, name: string): Promise<Begun> {
  const [answer, kept] = await answerBegin(redis, keysOf(tenantId), { name, busy_ms: busyMs, max: maxAnswers })
  if (kept !== undefined) return { kind: 'kept', answer: kept }
  return { kind: answer?.toString() === 'begun' ? 'begun' : 'busy' }
}

/** Keeps an answer for a day, or until there are a thousand newer ones of the tenant. */
export async function keepAnswer(redis: Redis, tenantId: string, name: string, answer: Buffer): Promise<void> {
  await answerKeep(redis, keysOf(tenantId), { name, answer, keep_ms: keepMs })
}

/** Lets a call that was begun be begun again. */
export async function forgetCall(redis: Redis, tenantId: string, name: string): Promise<void> {
  await ask(redis.commands, z.number(), 'ZREM', keys.answerTimes(tenantId), name)
}

const keysOf = (tenantId: string) => ({ answers: keys.answers(tenantId), times: keys.answerTimes(tenantId) })

const busyMs = 60_000
const keepMs = 24 * 3_600_000
const maxAnswers = 1_000
