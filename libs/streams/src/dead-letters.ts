import type { JobId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import type { Letter } from './dead-letter.ts'
import { jobSchemas } from './job-schema.ts'
import type { Lane } from './jobs.ts'
import { keys } from './keys.ts'
import { type LaneFull, enqueue } from './lane.ts'
import type { Redis } from './redis.ts'
import { streamEntry } from './reply.ts'
import { findSession } from './open-session.ts'

/** A dead letter in its place: a job that was given up, until somebody looks at it or it is too old. */
export interface DeadLetter extends Letter {
  lane: Lane
  /** Unique in its lane. */
  id: string
  /** When the job was given up, by Redis's clock. */
  diedAtMs: number
}

/** The dead letters of a lane, the oldest first. */
export async function* deadLetters(redis: Redis, lane: Lane): AsyncGenerator<DeadLetter, void, undefined> {
  for (let after = '-'; ;) {
    const page = await ask(redis.commands, letters, 'XRANGE', keys.laneDead(lane), after, '+', 'COUNT', pageLength)
    for (const [id, [, letter]] of page) yield opened(lane, id, letter)
    const last = page.at(-1)
    if (last === undefined || page.length < pageLength) return
    after = `(${last[0]}`
  }
}

/** Null when there is no such letter (any more). */
export async function findDeadLetter(redis: Redis, lane: Lane, id: string): Promise<DeadLetter | null> {
  if (!/^\d+-\d+$/.test(id)) return null
  const [found] = await ask(redis.commands, letters, 'XRANGE', keys.laneDead(lane), id, id)
  return found === undefined ? null : opened(lane, id, found[1][1])
}

/** Throws a letter away; false when it was gone. */
export async function dropDeadLetter(redis: Redis, { lane, id }: Pick<DeadLetter, 'lane' | 'id'>): Promise<boolean> {
  return (await ask(redis.commands, z.number(), 'XDEL', keys.laneDead(lane), id)) > 0
}

/**
 * Puts the job back on its lane as a new one, and throws the letter away; done twice, it is still one new job. Not done
 * when its session has ended (`session_ended`), or when not all of the job was kept (`not_whole`).
 */
export async function retryDeadLetter(
  redis: Redis,
  letter: DeadLetter,
): Promise<'queued' | 'session_ended' | 'not_whole' | LaneFull> {
  const { lane, id } = letter
  const job = jobSchemas[letter.job.kind].safeParse(letter.job)
  if (!letter.isWhole || !job.success) return 'not_whole'
  if ((await findSession(redis, job.data)) === null) return 'session_ended'
  const newId: JobId = `${job.data.id}_${id}`
  const answer = await enqueue(redis, lane, { ...job.data, id: newId })
  if (answer === 'queued') await dropDeadLetter(redis, letter)
  return answer
}

function opened(lane: Lane, id: string, letter: Buffer | undefined): DeadLetter {
  const content = decode(letter ?? Buffer.alloc(0)) as Letter // only lane.bury writes here, and it takes Letters
  return { ...content, lane, id, diedAtMs: Number.parseInt(id, 10) }
}

const letters = z.array(streamEntry)
const pageLength = 100
