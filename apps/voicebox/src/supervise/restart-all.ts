import type { Supervised } from './supervise.ts'

/** Restarts processes one after another, each when the one before serves again; stops at the first that does not. */
export async function restartAll(
  processes: readonly Pick<Supervised, 'name' | 'restart'>[],
  tell: { onFailed(name: string, reason: string): void; onDone(): void },
): Promise<void> {
  for (const one of processes) {
    try {
      await one.restart()
    } catch (error) {
      return tell.onFailed(one.name, (error as Error).message)
    }
  }
  tell.onDone()
}
