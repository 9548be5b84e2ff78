interface Typed {
  type: string
}

/** What a client library tells of the events that came to it, kept in order. */
export interface Watch<E extends Typed> {
  readonly events: readonly E[]
  add(event: E): void
  /** Nothing more comes: who waits for something, or will, is told why. */
  end(why: string): void
  /** The next event of this type that no earlier call has answered, and for which `matches` holds. */
  next<T extends E['type']>(type: T, matches?: (event: Of<E, T>) => boolean): Promise<Of<E, T>>
  of<T extends E['type']>(type: T): Of<E, T>[]
}

type Of<E extends Typed, T extends E['type']> = Extract<E, { type: T }>

/** Waits at most `waitMs` for what is asked for, and then tells what came instead. */
export function watch<E extends Typed>(waitMs = 20_000): Watch<E> {
  const events: E[] = []
  const answered = new Set<E>()
  const waiting = new Set<() => void>()
  let ended: string | null = null
  return {
    events,
    add(event) {
      events.push(event)
      for (const look of [...waiting]) look()
    },
    end(why) {
      ended ??= why
      for (const look of [...waiting]) look()
    },
    next(type, matches = () => true) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find((event) => event.type === type && !answered.has(event) && matches(event as never))
          if (found === undefined && ended === null) return
          clearTimeout(timer)
          waiting.delete(look)
          if (found === undefined) return reject(new Error(`No '${type}': ${ended}; came: ${typesOf(events)}`))
          answered.add(found)
          resolve(found as never)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`No '${type}' within ${waitMs} ms; came: ${typesOf(events)}`))
        }, waitMs)
        waiting.add(look)
        look()
      })
    },
    of: (type) => events.filter((event) => event.type === type) as never,
  }
}

/** The types that came, repeated ones counted; what an `error` says is told with it. */
function typesOf(events: readonly Typed[]): string {
  const runs: { text: string; times: number }[] = []
  for (const event of events) {
    const text = event.type === 'error' ? `error ${JSON.stringify(event)}` : event.type
    const last = runs.at(-1)
    if (last?.text === text) last.times += 1
    else runs.push({ text, times: 1 })
  }
  return runs.map(({ text, times }) => (times > 1 ? `${text} ×${times}` : text)).join(', ')
}
