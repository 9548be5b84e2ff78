import { createRequire } from 'node:module'

export type Speex = typeof import('speex-resampler').default

/** Loads the speex resampler, once per thread however often it is called, and leaves the process as it was. */
export async function loadSpeex(): Promise<Speex> {
  const speex = withoutNewListeners(() => {
    // Required, not imported: only a synchronous load tells its listeners from those that others add meanwhile.
    const loaded = createRequire(import.meta.url)('speex-resampler') as typeof import('speex-resampler')
    return loaded.default
  })
  await speex.initPromise
  return speex
}

/**
 * Runs `load` and removes the process-wide listeners it adds: Emscripten's glue turns every unhandled rejection of the
 * whole process into an abort of its own module, and rethrows what others meant to handle.
 */
function withoutNewListeners<T>(load: () => T): T {
  const emitter: NodeJS.EventEmitter = process
  const before = new Map(events.map((event) => [event, new Set(emitter.listeners(event))]))
  const loaded = load()
  for (const [event, known] of before) {
    const added = emitter.listeners(event).filter((listener) => !known.has(listener))
    for (const listener of added) emitter.removeListener(event, listener as () => void)
  }
  return loaded
}

const events = ['uncaughtException', 'unhandledRejection']
