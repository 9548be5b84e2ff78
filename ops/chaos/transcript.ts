import type { ClientEvent, ServerEvent, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import type { Conversation, Turn } from './plan/conversations.ts'

/** All that one client saw of one session, with times in milliseconds since the start of the run. */
export interface Transcript {
  /** Names it in the report: the seat and the how-manieth of it. */
  name: string
  kind: Conversation['kind']
  sent: Sent[]
  received: Received[]
  connections: ConnectionChange[]
  turns: TurnRecord[]
  /** The responses that it asked for, by the tag in their metadata. */
  asked: Record<string, Asked>
  /** The numbers of the events that the server kept for those who come back, when the conversation was over; null: they were not read. */
  journal: readonly number[] | null
}

export interface Sent {
  atMs: number
  /** From 1, over the whole session. */
  number: number
  /** Audio is left out. */
  event: ClientEvent
  /** Of audio that was left out. */
  samples?: number
}

export interface Received {
  atMs: number
  event: ServerEvent
}

/** What became of the connections beneath: `refused` before they were open, `lost` and `resumed` after, `closed` for good. */
export interface ConnectionChange {
  atMs: number
  kind: 'refused' | 'opened' | 'lost' | 'resumed' | 'closed'
  url: string
  /** The close code, or the HTTP status of a refusal; null: there was neither. */
  code: number | null
  reason: string
}

/** What a response is to be. */
export interface Asked {
  /** Empty where it is to call. */
  words: string
  modality: 'audio' | 'text'
  call: { name: string; arguments: string } | null
}

export interface TurnRecord {
  turn: Turn
  startedAtMs: number
  /** Null: it came to no end. */
  endedAtMs: number | null
  /** What it waited for in vain; null: all came. */
  stuckOn: string | null
  /** Of a spoken turn: where its recording lies in all audio that was sent. */
  speech: { startMs: number; endMs: number } | null
}

/** The events of a type, with their times. */
export function receivedOf<T extends ServerEventType>(
  { received }: Pick<Transcript, 'received'>,
  type: T,
): { atMs: number; event: ServerEventOf<T> }[] {
  return received.flatMap(({ atMs, event }) => (isOf(event, type) ? [{ atMs, event }] : []))
}

/** When the client began what has come to its end at this time, of whose beginning it may have heard late. */
export function beginOf({ turns }: Pick<Transcript, 'turns'>, atMs: number): number {
  return turns.findLast(({ startedAtMs }) => startedAtMs <= atMs)?.startedAtMs ?? 0
}

function isOf<T extends ServerEventType>(event: ServerEvent, type: T): event is ServerEventOf<T> {
  return event.type === type
}
