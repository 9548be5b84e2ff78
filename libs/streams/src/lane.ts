import { z } from 'zod'
import { ask } from './ask.ts'
import { decode, encode } from './codec.ts'
import type { Connection } from './connection.ts'
import { jobSchemas } from './job-schema.ts'
import { type Job, type JobOf, type Lane, groupOf } from './jobs.ts'
import { keys } from './keys.ts'
import type { Redis } from './redis.ts'
import { streamEntry } from './reply.ts'
import { laneAck, laneClaim, laneEnqueue, laneExtend, laneJoin, laneLeave } from './scripts.gen.ts'

/** The jobs that a lane carries. */
export type JobIn<L extends Lane> = L extends `jobs:stt:${string}`
  ? JobOf<'transcribe'>
  : L extends `jobs:llm:${string}`
    ? JobOf<'generate'>
    : L extends `jobs:mcp:${string}`
      ? JobOf<'list_tools' | 'call_tool'>
      : JobOf<'synthesize'>

/** Puts a job on a lane. Should a lost connection put it there twice, only one of the two is run. */
export async function enqueue<L extends Lane>(redis: Redis, lane: L, job: JobIn<L>): Promise<void> {
  await laneEnqueue(redis, { lane: keys.lane(lane) }, { group: groupOf(lane), payload: encode(job) })
}

/** A job as it comes from its lane; a new delivery of the same entry is another attempt. */
export interface Delivery {
  entry: string
  /** Counts from 1. */
  attempt: number
  /** Null when the entry is not a job of this lane. */
  job: Job | null
}

/** One consumer's hold on a lane. Whatever is delivered is held until it is acked, left, or claimed by another. */
export interface LaneHold {
  /** Makes the lane if it is missing. */
  join(): Promise<void>
  /** Waits up to `blockMs` for new entries. */
  read(connection: Connection, count: number, blockMs: number): Promise<Delivery[]>
  /** Takes over entries whose holder was silent for `minIdleMs`. Each call goes on where the one before ended. */
  claim(count: number, minIdleMs: number): Promise<Delivery[]>
  /** Shows life for deliveries; answers those that are held no more. */
  extend<D extends Delivery>(deliveries: readonly D[]): Promise<D[]>
  /** Takes the entry out of the lane; harmless when another holds it by now. */
  ack(delivery: Delivery): Promise<void>
  /** Lets others claim at once what this consumer holds, except what it keeps. */
  leave(kept: readonly Delivery[]): Promise<void>
}

export function holdLane(redis: Redis, lane: Lane, consumer: string): LaneHold {
  const group = groupOf(lane)
  const key = { lane: keys.lane(lane) }
  let cursor = '0-0'
  return {
    async join() {
      await laneJoin(redis, key, { group, forget_idle_ms: 3_600_000 })
    },
    async read(connection, count, blockMs) {
      const args = ['GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS', key.lane, '>']
      const reply = await ask(connection, newEntries, 'XREADGROUP', ...args)
      const entries = reply?.[0]?.[1] ?? []
      return entries.map(([entry, [, payload]]) => ({ entry, attempt: 1, job: decodeJob(lane, payload) }))
    },
    async claim(count, minIdleMs) {
      const [next, ...claimed] = await laneClaim(redis, key, { group, consumer, min_idle_ms: minIdleMs, cursor, count })
      cursor = String(next)
      const deliveries: Delivery[] = []
      for (let at = 0; at < claimed.length; at += 3) {
        const [entry, attempt, payload] = claimed.slice(at, at + 3)
        deliveries.push({ entry: String(entry), attempt: Number(attempt), job: decodeJob(lane, payload) })
      }
      return deliveries
    },
    async extend(deliveries) {
      const holding = deliveries.flatMap(({ entry, attempt }) => [entry, String(attempt)])
      const lost = await laneExtend(redis, key, { group, consumer, holding })
      return deliveries.filter(({ entry }) => lost.includes(entry))
    },
    async ack({ entry, attempt }) {
      await laneAck(redis, key, { group, consumer, entry, attempt })
    },
    async leave(kept) {
      await laneLeave(redis, key, { group, consumer, kept: kept.map(({ entry }) => entry) })
    },
  }
}

const newEntries = z.array(z.tuple([z.unknown(), z.array(streamEntry)])).nullable()

/** What a lane's jobs must be. */
const jobsOf = {
  'stt-workers': jobSchemas.transcribe,
  'llm-workers': jobSchemas.generate,
  'mcp-workers': z.union([jobSchemas.list_tools, jobSchemas.call_tool]),
  'tts-workers': jobSchemas.synthesize,
} satisfies Record<ReturnType<typeof groupOf>, z.ZodType<Job>>

function decodeJob(lane: Lane, payload: Buffer | undefined): Job | null {
  try {
    return jobsOf[groupOf(lane)].parse(decode(payload ?? Buffer.alloc(0)))
  } catch {
    return null
  }
}
