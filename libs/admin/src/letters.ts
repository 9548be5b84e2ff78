import { z } from '@hono/zod-openapi'
import { appendAudit, strangers } from '@voicebox/store'
import {
  type DeadLetter,
  dropDeadLetter,
  findDeadLetter,
  type Lane,
  listDeadLetters,
  listLanes,
  type Redis,
  retryDeadLetter,
} from '@voicebox/streams'
import type { Caller } from './caller.ts'
import { at, moment } from './fields.ts'
import { operation } from './operation.ts'
import { page, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'
import type { AdminServices } from './services.ts'

const lane = z
  .string()
  .regex(/^jobs:[a-z]+:[\w-]{1,64}$/, 'expected a lane such as jobs:llm:default')
  .openapi({ description: 'The lane’s name.', example: 'jobs:llm:default' })
const letterId = z.string().regex(/^\d{1,16}-\d{1,16}$/, 'expected the id of a dead letter')
const shown = z
  .object({
    object: z.literal('dead_letter'),
    id: letterId,
    lane,
    tenant_id: z.string(),
    session_id: z.string(),
    kind: z.string(),
    attempts: z.int(),
    cause: z.object({ kind: z.string(), code: z.string(), message: z.string() }),
    can_retry: z.boolean().openapi({ description: 'While its session lives. False: not all of the job was kept.' }),
    queued_at: moment,
    died_at: moment,
  })
  .openapi('DeadLetter')
const whole = shown
  .extend({ job: z.record(z.string(), z.unknown()).openapi({ description: 'All that is kept of the job.' }) })
  .openapi('WholeDeadLetter')
const params = z.object({ lane, letter: letterId.openapi({ description: 'The letter’s id.' }) })
const about = { tag: 'Lanes', access: 'platform' } as const

export const letterOperations = [
  operation({
    ...about,
    id: 'listDeadLetters',
    method: 'get',
    path: '/lanes/{lane}/dead-letters',
    summary: 'Lists the dead letters of a lane, the oldest first',
    params: z.object({ lane }),
    query: pageQuery(letterId),
    answer: pageOf('DeadLetterList', shown),
    async perform({ params, query: { limit, after = null }, services }) {
      const redis = await services.redis()
      const known = await laneOf(redis, params.lane)
      if (known === null) return noSuchLane(params.lane)
      const found = await listDeadLetters(redis, known, { after, limit: limit + 1 })
      return page(found, limit, { show: showLetter, cursor: ({ id }) => id })
    },
  }),
  operation({
    ...about,
    id: 'getDeadLetter',
    method: 'get',
    path: '/lanes/{lane}/dead-letters/{letter}',
    summary: 'Shows a dead letter with its job, in which may be what people said',
    params,
    answer: whole,
    async perform({ params, caller, services }) {
      return withLetter(params, services, async (letter) => {
        await note('dead_letter.read', letter, caller, services)
        return { ...showLetter(letter), job: letter.job }
      })
    },
  }),
  operation({
    ...about,
    id: 'retryDeadLetter',
    method: 'post',
    path: '/lanes/{lane}/dead-letters/{letter}/retry',
    summary: 'Puts the job back on its lane as a new one',
    params,
    async perform({ params, caller, services }) {
      return withLetter(params, services, async (letter, redis) => {
        await note('dead_letter.retried', letter, caller, services)
        const outcome = await retryDeadLetter(redis, letter)
        if (outcome === 'queued') return undefined
        return new Problem('conflict', `It was not put back: ${typeof outcome === 'string' ? reasons[outcome] : full}.`)
      })
    },
  }),
  operation({
    ...about,
    id: 'dropDeadLetter',
    method: 'delete',
    path: '/lanes/{lane}/dead-letters/{letter}',
    summary: 'Throws a dead letter away',
    params,
    async perform({ params, caller, services }) {
      return withLetter(params, services, async (letter, redis) => {
        await note('dead_letter.dropped', letter, caller, services)
        await dropDeadLetter(redis, letter)
        return undefined
      })
    },
  }),
]

async function withLetter<T>(
  { lane: name, letter: id }: { lane: string; letter: string },
  services: AdminServices,
  work: (letter: DeadLetter, redis: Redis) => Promise<T>,
): Promise<T | Problem> {
  const redis = await services.redis()
  const known = await laneOf(redis, name)
  if (known === null) return noSuchLane(name)
  const letter = await findDeadLetter(redis, known, id)
  return letter === null ? new Problem('not_found', `Lane ${name} has no dead letter ${id}.`) : work(letter, redis)
}

/** A name that a client gives is no lane before it is found among those that there are. */
async function laneOf(redis: Redis, name: string): Promise<Lane | null> {
  return (await listLanes(redis)).find((one) => one === name) ?? null
}

/** Under nobody's name: it is the installation's own, and no tenant reads it. */
async function note(
  action: string,
  { lane: name, id, job: { tenantId, sessionId } }: DeadLetter,
  { actor }: Caller,
  { store }: AdminServices,
): Promise<void> {
  await appendAudit(store, [
    { tenantId: strangers, action, actor, subject: `${name} ${id}`, details: { tenantId, sessionId } },
  ])
}

const noSuchLane = (name: string): Problem => new Problem('not_found', `There is no lane ${name}.`)
const reasons = { session_ended: 'its session has ended', not_whole: 'not all of the job was kept' }
const full = 'its lane is full'

function showLetter({ id, lane: name, job, isWhole, attempts, cause, queuedAtMs, diedAtMs }: DeadLetter) {
  return {
    object: 'dead_letter' as const,
    id,
    lane: name,
    tenant_id: job.tenantId,
    session_id: job.sessionId,
    kind: job.kind,
    attempts,
    cause,
    can_retry: isWhole,
    queued_at: at(new Date(queuedAtMs)),
    died_at: at(new Date(diedAtMs)),
  }
}
