import type { Chance } from './chance.ts'
import { sentences } from './words.ts'

/** One thing that a client does, up to the end of what it brings about. */
export type Turn =
  /** Says something, and asks for a response that repeats it. */
  | { kind: 'ask'; words: string; modality: 'audio' | 'text' }
  /** The same, and cancels the response a while after it began. */
  | { kind: 'cancel'; words: string; afterMs: number }
  /** The same in audio, of which only so much is heard, from 0 to 1. */
  | { kind: 'truncate'; words: string; heardShare: number }
  /** Asks beside the conversation while a response of the conversation runs. */
  | { kind: 'aside'; words: string; meanwhile: string }
  /** Asks for what takes a function call, and answers the call. */
  | { kind: 'call'; city: string }
  /** Changes the instructions. */
  | { kind: 'instruct'; instructions: string }
  /** Deletes the item that it made last. */
  | { kind: 'forget'; words: string }
  /** Commits a recording by itself. */
  | { kind: 'dictate'; recording: string }
  /** Speaks; the server finds the turn and answers. Null: the answer is heard to its end, else the next turn interrupts it after so long. */
  | { kind: 'speak'; recording: string; interruptedAfterMs: number | null }

export type TurnOf<K extends Turn['kind']> = Extract<Turn, { kind: K }>

/** One session from its opening to its end. */
export interface Conversation {
  kind: 'spoken' | 'written'
  /** Length of the frames of audio. */
  frameMs: number
  turns: { turn: Turn; pauseMs: number }[]
}

export const recordings = [
  'what-time-is-it',
  'i-need-help-with-my-order',
  'what-is-my-account-balance',
  'can-you-cancel-the-alarm',
] as const

/** A conversation, after the one before which its client has had. Every second seat speaks. */
export function planConversation(chance: Chance, seat: number): Conversation {
  const kind = seat % 2 === 0 ? 'spoken' : 'written'
  const turns = Array.from({ length: chance.whole(4, 9) }, () => ({
    turn: kind === 'spoken' ? spokenTurn(chance) : writtenTurn(chance),
    pauseMs: Math.round(chance.between(50, 800)),
  }))
  return { kind, frameMs: chance.pick([40, 60, 80, 100]), turns }
}

function spokenTurn(chance: Chance): Turn {
  const interruptedAfterMs = chance.next() < 0.25 ? Math.round(chance.between(0, 700)) : null
  return { kind: 'speak', recording: chance.pick(recordings), interruptedAfterMs }
}

function writtenTurn(chance: Chance): Turn {
  const words = sentences(chance)
  const kind = chance.pick([
    'ask',
    'ask',
    'ask',
    'cancel',
    'truncate',
    'aside',
    'call',
    'instruct',
    'forget',
    'dictate',
  ])
  switch (kind) {
    case 'ask':
      return { kind, words, modality: chance.pick(['audio', 'audio', 'text']) }
    case 'cancel':
      return { kind, words, afterMs: Math.round(chance.between(0, 1_500)) }
    case 'truncate':
      return { kind, words, heardShare: chance.next() }
    case 'aside':
      return { kind, words, meanwhile: sentences(chance) }
    case 'call':
      return { kind, city: chance.pick(['Oslo', 'Rome', 'Lima', 'Accra', 'Quito']) }
    case 'instruct':
      return { kind, instructions: words }
    case 'forget':
      return { kind, words }
    case 'dictate':
      return { kind, recording: chance.pick(recordings) }
  }
}
