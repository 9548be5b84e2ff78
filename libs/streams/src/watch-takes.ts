import { z } from 'zod'
import { ask } from './ask.ts'
import { channelNames, sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import { text } from './reply.ts'
import type { SessionRef } from './session-ref.ts'

/** Hears who takes a session, or asks for its end. A take that it misses, the holder's next write is told. */
export interface TakeWatch {
  /** From now on, also for what was heard before: a greater token than this is another's. */
  holds(token: number): void
  readonly isTaken: boolean
  close(): Promise<void>
}

/** Resolves when it hears; each is called once at most. */
export async function watchTakes(
  redis: Redis,
  ref: SessionRef,
  { onTaken, onDismissed = () => {} }: { onTaken: () => void; onDismissed?: (() => void) | undefined },
): Promise<TakeWatch> {
  let isDismissed = false
  let own = Infinity
  let newest = 0
  let isTaken = false

  function hear(token: number): void {
    if (token > newest) newest = token
    if (newest <= own || isTaken) return
    isTaken = true
    onTaken()
  }

  function dismiss(): void {
    if (isDismissed || isTaken) return
    isDismissed = true
    onDismissed()
  }

  const subscription = await redis.channels.subscribe(channelNames.hold(ref), {
    onMessage(message) {
      const said = message.toString()
      if (said === 'dismissed') dismiss()
      else hear(Number(said))
    },
    onGap() {
      const { session } = sessionKeys(ref)
      ask(redis.commands, z.tuple([text.nullable(), text.nullable()]), 'HMGET', session, 'token', 'dismissed').then(
        ([token, dismissed]) => {
          hear(Number(token))
          if (dismissed !== null) dismiss()
        },
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
