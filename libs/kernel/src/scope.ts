/** Something that must be closed by whoever opened it. Closing twice is harmless. */
export interface Closable {
  close(): Promise<void> | void
}

/** Owns what was opened in it and closes it in reverse order, each exactly once, even when one of them fails to close. */
export interface Scope extends Closable {
  /** Takes ownership of `resource` and returns it. */
  use<T extends Closable>(resource: T): T
  /** Runs `release` when the scope closes. */
  defer(release: () => Promise<void> | void): void
  close(): Promise<void>
}

export function openScope(): Scope {
  const releases: (() => Promise<void> | void)[] = []
  return {
    use(resource) {
      releases.push(() => resource.close())
      return resource
    },
    defer(release) {
      releases.push(release)
    },
    async close() {
      const failures: unknown[] = []
      for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
        try {
          await release()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Closing failed')
    },
  }
}

/** Runs `body` with a scope that is closed afterwards, also when `body` fails half-way through opening. */
export async function withScope<T>(body: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = openScope()
  try {
    return await body(scope)
  } finally {
    await scope.close()
  }
}
