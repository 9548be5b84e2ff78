/** A map of bounded size: what was not asked for the longest gives way. */
export interface Lru<K, V> {
  get(key: K): V | undefined
  /** Answers what gave way, if something did. */
  set(key: K, value: V): V | undefined
  delete(key: K): void
  values(): Iterable<V>
  readonly size: number
}

export function makeLru<K, V>(maxSize: number): Lru<K, V> {
  const entries = new Map<K, V>() // in the order of their last use
  const touch = (key: K, value: V): void => {
    entries.delete(key)
    entries.set(key, value)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value !== undefined) touch(key, value)
      return value
    },
    set(key, value) {
      touch(key, value)
      if (entries.size <= maxSize) return undefined
      const [oldest] = entries
      if (oldest === undefined) return undefined
      entries.delete(oldest[0])
      return oldest[1]
    },
    delete: (key) => void entries.delete(key),
    values: () => entries.values(),
    get size() {
      return entries.size
    },
  }
}
