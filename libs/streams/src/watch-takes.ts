import { ask } from './ask.ts'
import { channelNames, sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import type { SessionRef } from './session-ref.ts'

/** Hears who takes a session. What it misses, the holder's next write is told. */
export interface TakeWatch {
  /** From now on, also for what was heard before: a greater token than this is another's. */
  holds(token: number): void
  readonly isTaken: boolean
  close(): Promise<void>
}

/** Resolves when it hears; `onTaken` is called once at most. */
export async function watchTakes(redis: Redis, ref: SessionRef, onTaken: () => void): Promise<TakeWatch> {
  let own = Infinity
  let newest = 0
  let isTaken = false

  function hear(token: number): void {
    if (token > newest) newest = token
    if (newest <= own || isTaken) return
    isTaken = true
    onTaken()
  }

  const subscription = await redis.channels.subscribe(channelNames.hold(ref), {
    onMessage: (message) => hear(Number(message.toString())),
    onGap() {
      const { session } = sessionKeys(ref)
      ask(redis.commands, text.nullable(), 'HGET', session, 'token').then(
        (token) => hear(Number(token)),
        () => {}, // the next write is told
      )
    },
  })
  return {
    holds(token) {
      own = token
      hear(newest)
    },
    get isTaken() {
      return isTaken
    },
    close: async () => subscription.close(),
  }
}
