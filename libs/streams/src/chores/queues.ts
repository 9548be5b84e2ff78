import type { Closable, Log } from '@voicebox/kernel'
import { Queue } from 'bullmq'
import { keys } from '../keys.ts'
import type { Redis } from '../redis.ts'
import { type ChoreKind, choreKinds } from './chore.ts'

/** One queue a kind, so that none keeps another waiting. They send on the process's own connection, and nothing they do blocks. */
export interface Queues extends Closable {
  of(kind: ChoreKind): Queue
  close(): Promise<void>
}

export function openQueues(redis: Redis, log: Log): Queues {
  const queues = new Map<ChoreKind, Queue>(
    choreKinds.map((kind) => {
      const queue = new Queue(kind, { ...queueOptions(), connection: redis.commands })
      queue.on('error', (error) => log.debug({ error, kind }, 'A queue of chores was disturbed'))
      return [kind, queue]
    }),
  )
  return {
    of(kind) {
      const queue = queues.get(kind)
      if (queue === undefined) throw new Error(`There are no chores of kind ${kind}`)
      return queue
    },
    async close() {
      for (const queue of queues.values()) await queue.close()
    },
  }
}

/** What all that speak to the queues have in common. The server's version was looked at when it was reached. */
export const queueOptions = () => ({ prefix: keys.chores, skipVersionCheck: true, skipMetasUpdate: true })
