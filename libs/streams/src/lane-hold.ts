import { z } from 'zod'
import { ask } from './ask.ts'
import type { Sender } from './connection.ts'
import { type Letter, deadLetterLimits, encodeLetter } from './dead-letter.ts'
import { type Job, type Lane, groupOf } from './jobs.ts'
import { keys, placesKeys } from './keys.ts'
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
  /** Whose place in the lane it has. */
  tenant: string
  /** Null when the entry is not a job of this lane. */
  job: Job | null
}

/** What a consumer says of itself when it shows life. */
export interface Showing {
  /** How many jobs it does at a time; 0: it takes no more. */
  canDo: number
  /** How many jobs of a tenant may be in the lane; null: as many as all consumers together do at a time. */
  maxShare: number | null
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
  beat<D extends Delivery>(deliveries: readonly D[], about: Showing): Promise<D[]>
  /**
   * Takes the entry out of the lane, where its place is its tenant's next job's; harmless when another holds it by now, as are
   * `retry` and `bury`, by which an entry leaves its place as well.
   */
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
  const slots = keys.laneSlots(lane)
  const places = placesKeys(lane)
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
      return entries.map(([entry, [, job, , deadline, , origin, , attempts, , tenant]]) =>
        delivered(lane, { entry, delivery: 1, job, deadline, origin, attempts, tenant }),
      )
    },
    async claim(count, { minIdleMs, minUpMs }) {
      const about = { min_idle_ms: minIdleMs, min_up_ms: minUpMs }
      const [next, ...claimed] = await laneClaim(redis, key, { group, consumer, ...about, cursor, count })
      cursor = String(next)
      const deliveries: Delivery[] = []
      for (let at = 0; at < claimed.length; at += 7) {
        const [entry, delivery, job, deadline, origin, attempts, tenant] = claimed.slice(at, at + 7)
        deliveries.push(
          delivered(lane, {
            entry: String(entry),
            delivery: Number(delivery),
            job,
            deadline,
            origin,
            attempts,
            tenant,
          }),
        )
      }
      return deliveries
    },
    async tend() {
      const args = { group, forget_idle_ms: forgetIdleMs, recount_ms: recountMs }
      await laneTend(redis, { ...key, ...places, later }, args)
    },
    async beat(deliveries, { canDo, maxShare }) {
      const holding = deliveries.flatMap(({ entry, delivery }) => [entry, String(delivery)])
      const args = { group, consumer, can_do: canDo, max_share: maxShare ?? 0, holding }
      const lost = await laneBeat(redis, { ...key, ...places, workers, slots }, args)
      return deliveries.filter(({ entry }) => lost.includes(entry))
    },
    async ack({ entry, delivery, tenant }) {
      const args = { group, consumer, entry, delivery, tenant }
      await laneAck(redis, { ...key, ...places, pace: keys.lanePace(lane) }, args)
    },
    async retry({ entry, delivery, attempt }, afterMs) {
      const args = { group, consumer, entry, delivery, attempts: attempt, delay_ms: Math.ceil(afterMs) }
      await laneRetry(redis, { ...key, ...places, later }, args)
    },
    async bury({ entry, delivery, tenant }, letter) {
      const args = { group, consumer, entry, delivery, tenant, letter: encodeLetter(letter), ...deadLetterLimits }
      await laneBury(redis, { ...key, ...places, dead: keys.laneDead(lane) }, args)
    },
    async leave(kept) {
      const args = { group, consumer, kept: kept.map(({ entry }) => entry) }
      await laneLeave(redis, { ...key, ...places, workers, slots }, args)
    },
  }
}

/** Longer than any read waits, so that no consumer that lives is forgotten. */
const forgetIdleMs = 30_000

/** How soon a tenant that waits is helped that has fewer jobs in the lane than was noted. */
const recountMs = 10_000

const newEntries = z.array(z.tuple([z.unknown(), z.array(streamEntry)])).nullable()

interface RawDelivery {
  entry: string
  delivery: number
  job: Buffer | undefined
  deadline: Buffer | undefined
  /** Absent or empty in a job's first entry, as are `attempts`. */
  origin: Buffer | undefined
  attempts: Buffer | undefined
  tenant: Buffer | undefined
}

function delivered(lane: Lane, raw: RawDelivery): Delivery {
  const { entry, delivery, job, deadline, origin, attempts, tenant } = raw
  return {
    entry,
    delivery,
    origin: origin?.toString() || entry,
    attempt: delivery + Number(attempts ?? 0),
    deadlineAtMs: Number(deadline ?? 0),
    tenant: tenant?.toString() ?? '',
    job: decodeJob(lane, job),
  }
}
