import { z } from 'zod'
import { ask } from './ask.ts'
import type { Sender } from './connection.ts'
import { type Letter, deadLetterLimits, encodeLetter } from './dead-letter.ts'
import { type Job, type Lane, groupOf } from './jobs.ts'
import { keys } from './keys.ts'
import { decodeJob } from './lane-job.ts'
import type { Redis } from './redis.ts'
import { streamEntry } from './reply.ts'
import { laneAck, laneBeat, laneBury, laneClaim, laneJoin, laneLeave, laneRetry, laneTend } from './scripts.gen.ts'

/** A job as it comes from its lane. */
export interface Delivery {
  /** Where the job is on the lane. */
  entry: string
  /** How often this entry was delivered. */
  delivery: number
  /** The job's first entry: one that was put back has another. */
  origin: string
  /** How often the job was delivered in all, from 1. */
  attempt: number
  /** By Redis's clock. */
  deadlineAtMs: number
  /** Null when the entry is not a job of this lane. */
  job: Job | null
}

/** One consumer's hold on a lane. Whatever is delivered is held until it is acked, put back, buried, or claimed by another. */
export interface LaneHold {
  /** Makes the lane if it is missing. */
  join(): Promise<void>
  /** Waits up to `blockMs` for new entries. */
  read(connection: Sender, count: number, blockMs: number): Promise<Delivery[]>
  /**
   * Takes over entries whose holder was silent for `minIdleMs`, none while the server has been up for less than `minUpMs`. Each
   * call goes on where the one before ended.
   */
  claim(count: number, about: { minIdleMs: number; minUpMs: number }): Promise<Delivery[]>
  /** Puts jobs back that have waited long enough to be begun again, whoever had them; forgets consumers that are gone. */
  tend(): Promise<void>
  /** Shows that this consumer lives, and for what; answers the deliveries that are held no more. */
  beat<D extends Delivery>(deliveries: readonly D[], about: { takesJobs: boolean }): Promise<D[]>
  /** Takes the entry out of the lane; harmless when another holds it by now, as are `retry` and `bury`. */
  ack(delivery: Delivery): Promise<void>
  /** Takes the entry out of the lane, and has its job put back after a while. */
  retry(delivery: Delivery, afterMs: number): Promise<void>
  /** Takes the entry out of the lane for good, and keeps a dead letter. */
  bury(delivery: Delivery, letter: Letter): Promise<void>
  /** Puts back at once what this consumer holds, except what it keeps. */
  leave(kept: readonly Delivery[]): Promise<void>
}

export function holdLane(redis: Redis, lane: Lane, consumer: string): LaneHold {
  const group = groupOf(lane)
  const key = { lane: keys.lane(lane) }
  const workers = keys.laneWorkers(lane)
  const later = keys.laneLater(lane)
  let cursor = '0-0'
  return {
    async join() {
      await laneJoin(redis, key, { group })
      await ask(redis.commands, z.number(), 'SADD', keys.lanes, lane)
    },
    async read(sender, count, blockMs) {
      const args = ['GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS', key.lane, '>']
      const reply = await ask(sender, newEntries, 'XREADGROUP', ...args)
      const entries = reply?.[0]?.[1] ?? []
      return entries.map(([entry, [, job, , deadline, , origin, , attempts]]) =>
        delivered(lane, { entry, delivery: 1, job, deadline, origin, attempts }),
      )
    },
    async claim(count, { minIdleMs, minUpMs }) {
      const about = { min_idle_ms: minIdleMs, min_up_ms: minUpMs }
      const [next, ...claimed] = await laneClaim(redis, key, { group, consumer, ...about, cursor, count })
      cursor = String(next)
      const deliveries: Delivery[] = []
      for (let at = 0; at < claimed.length; at += 6) {
        const [entry, delivery, job, deadline, origin, attempts] = claimed.slice(at, at + 6)
        deliveries.push(
          delivered(lane, { entry: String(entry), delivery: Number(delivery), job, deadline, origin, attempts }),
        )
      }
      return deliveries
    },
    async tend() {
      await laneTend(redis, { ...key, later }, { group, forget_idle_ms: forgetIdleMs })
    },
    async beat(deliveries, { takesJobs }) {
      const holding = deliveries.flatMap(({ entry, delivery }) => [entry, String(delivery)])
      const args = { group, consumer, takes_jobs: takesJobs ? 1 : 0, holding }
      const lost = await laneBeat(redis, { ...key, workers }, args)
      return deliveries.filter(({ entry }) => lost.includes(entry))
    },
    async ack({ entry, delivery }) {
      await laneAck(redis, { ...key, pace: keys.lanePace(lane) }, { group, consumer, entry, delivery })
    },
    async retry({ entry, delivery, attempt }, afterMs) {
      const args = { group, consumer, entry, delivery, attempts: attempt, delay_ms: Math.ceil(afterMs) }
      await laneRetry(redis, { ...key, later }, args)
    },
    async bury({ entry, delivery }, letter) {
      const args = { group, consumer, entry, delivery, letter: encodeLetter(letter), ...deadLetterLimits }
      await laneBury(redis, { ...key, dead: keys.laneDead(lane) }, args)
    },
    async leave(kept) {
      await laneLeave(redis, { ...key, workers }, { group, consumer, kept: kept.map(({ entry }) => entry) })
    },
  }
}

/** Longer than any read waits, so that no consumer that lives is forgotten. */
const forgetIdleMs = 30_000

const newEntries = z.array(z.tuple([z.unknown(), z.array(streamEntry)])).nullable()

interface RawDelivery {
  entry: string
  delivery: number
  job: Buffer | undefined
  deadline: Buffer | undefined
  /** Absent or empty in a job's first entry, as are `attempts`. */
  origin: Buffer | undefined
  attempts: Buffer | undefined
}

function delivered(lane: Lane, { entry, delivery, job, deadline, origin, attempts }: RawDelivery): Delivery {
  return {
    entry,
    delivery,
    origin: origin?.toString() || entry,
    attempt: delivery + Number(attempts ?? 0),
    deadlineAtMs: Number(deadline ?? 0),
    job: decodeJob(lane, job),
  }
}
