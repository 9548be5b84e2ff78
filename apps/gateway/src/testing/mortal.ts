import type { VoiceActivity, VoiceStream } from '@voicebox/audio'
import { type Clock, type Closable, Failure } from '@voicebox/kernel'
import type { Redis } from '@voicebox/streams'
import type { Life } from './life.ts'

/** What a process has of Redis: once it is gone it sends nothing and hears no answer, though its last command may have been done. */
export function mortalRedis(redis: Redis, life: Life, isAway: () => boolean = () => false): Redis {
  const callBuffer = async (command: string, ...args: (string | number | Buffer)[]): Promise<unknown> => {
    if (!life.step()) return never()
    try {
      if (isAway()) throw new Error('Connection is closed.')
      const reply: unknown = await redis.commands.callBuffer(command, ...args)
      return life.step() ? reply : await never()
    } catch (error) {
      if (life.step()) throw error
      return never()
    }
  }
  const lines = new Map<string, Promise<unknown>>()
  const watching = new Set<Closable>()
  life.onEnd(() => {
    for (const watch of watching) void watch.close()
  })
  return {
    ...redis,
    commands: new Proxy(redis.commands, {
      get: (target, name) => (name === 'callBuffer' ? callBuffer : (Reflect.get(target, name) as unknown)),
    }),
    channels: {
      async subscribe(channel, { onMessage, onGap }) {
        if (!life.step()) return never()
        if (isAway()) throw new Failure('dependency', 'redis_failed', 'Connection is closed.')
        const subscription = await redis.channels.subscribe(channel, {
          onMessage: (message) => void (life.step() && onMessage(message)),
          onGap: () => void (life.step() && onGap()),
        })
        watching.add(subscription)
        if (life.step()) {
          const close = (): void => {
            watching.delete(subscription)
            void subscription.close()
          }
          return { close }
        }
        void subscription.close()
        return never()
      },
      close: () => {},
    },
    // a process of its own: what waits in another has nothing to do with it
    async inOrder(key, task) {
      const turn = (lines.get(key) ?? Promise.resolve()).then(task)
      const tail = turn.catch(() => {})
      lines.set(key, tail)
      try {
        return await turn
      } finally {
        if (lines.get(key) === tail) lines.delete(key)
      }
    },
    close: () => Promise.resolve(),
  }
}

/** A clock whose timers end with the process, and can be counted. */
export interface MortalClock extends Clock {
  readonly armed: number
}

export function mortalClock(clock: Clock, life: Life): MortalClock {
  const timers = new Set<() => void>()
  life.onEnd(() => {
    for (const cancel of timers) cancel()
    timers.clear()
  })
  return {
    now: () => clock.now(),
    after(ms, run) {
      if (life.isOver) return () => {}
      const cancel = clock.after(ms, () => {
        timers.delete(disarm)
        if (life.step()) run()
      })
      const disarm = (): void => {
        timers.delete(disarm)
        cancel()
      }
      timers.add(disarm)
      return disarm
    },
    get armed() {
      return timers.size
    },
  }
}

/** Ears that hear nothing any more once the process is gone. */
export function mortalEars(ears: VoiceActivity, life: Life): VoiceActivity & { readonly open: VoiceActivity['open'] } {
  const streams = new Set<VoiceStream>()
  life.onEnd(() => {
    for (const stream of streams) stream.close()
  })
  return {
    open(options) {
      const stream = ears.open({
        ...options,
        onHeard: (heard) => void (life.step() && options.onHeard(heard)),
        onFailure: (error) => void (life.step() && options.onFailure(error)),
      })
      streams.add(stream)
      return stream
    },
    laggingBy: (ms) => ears.laggingBy(ms),
    get streams() {
      return ears.streams
    },
    close: () => Promise.resolve(),
  }
}

/** What nobody is left to wait for. */
function never<T>(): Promise<T> {
  return new Promise(() => {})
}
