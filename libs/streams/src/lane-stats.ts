import { z } from 'zod'
import { ask } from './ask.ts'
import type { Lane } from './jobs.ts'
import { keys, placesKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import { laneStats as readStats } from './scripts.gen.ts'

export interface LaneStats {
  /** Jobs that wait for a worker, `overflow` among them. */
  depth: number
  /** Jobs that workers have. */
  pending: number
  /** Jobs that failed and wait to be begun again. */
  later: number
  /** How long the oldest of those that wait for a worker has been waiting; 0 if none does. */
  oldestMs: number
  /** Workers that take jobs from the lane. */
  consumers: number
  /** Jobs that were given up, and of which a letter is kept. */
  dead: number
  /** Jobs that wait for others of their tenant, which has its share of the lane. */
  overflow: number
}

/** How a lane is. One that nobody has used yet is empty. */
export async function laneStats(redis: Redis, lane: Lane): Promise<LaneStats> {
  const key = {
    lane: keys.lane(lane),
    later: keys.laneLater(lane),
    workers: keys.laneWorkers(lane),
    dead: keys.laneDead(lane),
    overflow: placesKeys(lane).overflow,
  }
  const counts = (await readStats(redis, key, { alive_ms: aliveMs })).map(Number)
  const [depth = 0, pending = 0, later = 0, oldestMs = 0, consumers = 0, dead = 0, overflow = 0] = counts
  return { depth, pending, later, oldestMs, consumers, dead, overflow }
}

/** The lanes that were ever worked on or watched, by name. */
export async function listLanes(redis: Redis): Promise<Lane[]> {
  return (await ask(redis.commands, z.array(text), 'SMEMBERS', keys.lanes)).sort() as Lane[] // only lanes are written there
}

/** Several beats may be late before a worker counts as gone. */
const aliveMs = 10_000
