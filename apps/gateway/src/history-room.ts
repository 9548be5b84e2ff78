import { type Clock, type Closable, type Log, toFailure } from '@voicebox/kernel'
import { every } from './session/timers.ts'

/** Whether there is room for the history of another session. */
export interface HistoryRoom extends Closable {
  readonly hasRoom: boolean
  close(): void
}

export interface HistoryRoomOptions {
  /** How many sessions live, or have history that is not written down. */
  count(): Promise<number>
  /** Null: no history is kept, and there is room for ever. */
  maxSessions: number | null
  clock: Clock
  log: Log
}

const lookMs = 2_000

/** Looks again and again. While Redis does not answer, what was seen last counts. */
export function watchHistoryRoom({ count, maxSessions, clock, log }: HistoryRoomOptions): HistoryRoom {
  let hasRoom = true
  async function look(max: number): Promise<void> {
    try {
      const sessions = await count()
      if (hasRoom !== sessions < max) {
        hasRoom = !hasRoom
        if (hasRoom) log.info({ sessions }, 'There is room for history again')
        else log.error({ sessions }, 'New sessions are refused: the history of too many waits to be written down')
      }
    } catch (error) {
      log.debug({ error: toFailure(error) }, 'It is not known how much history waits')
    }
  }
  if (maxSessions !== null) void look(maxSessions)
  const stop = maxSessions === null ? () => {} : every(clock, lookMs, () => void look(maxSessions))
  return {
    get hasRoom() {
      return hasRoom
    },
    close: stop,
  }
}
