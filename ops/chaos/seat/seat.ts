import type { Seat } from '../plan/plan.ts'
import type { Transcript } from '../transcript.ts'
import { converse, type ConverseOptions } from './converse.ts'
import { Stuck } from './inbox.ts'
import { type Line, openLine } from './line.ts'

export interface SeatOptions extends Omit<ConverseOptions, 'line'> {
  urls: readonly string[]
  /** How long anything is waited for. */
  waitMs: number
  /** A session begins. */
  onLine(line: Line): void
  /** Also of one that was never let in. */
  onTranscript(transcript: Transcript): void
}

/** Holds the conversations of a seat one after the other until the signal. */
export async function takeSeat({ name, conversations }: Seat, options: SeatOptions): Promise<void> {
  const { urls, now, waitMs, signal, onLine, onTranscript } = options
  for (const [at, conversation] of conversations.entries()) {
    if (signal.aborted) return
    const { kind } = conversation
    const about = { name: `${name}.${at + 1}`, kind, sent: [], received: [], connections: [], turns: [] }
    const transcript: Transcript = { ...about, asked: {}, journal: null }
    onTranscript(transcript)
    try {
      const line = await openLine({ transcript, urls, now, waitMs })
      onLine(line)
      await converse(conversation, { ...options, line })
    } catch (error) {
      if (!(error instanceof Stuck)) throw error
    }
  }
}
