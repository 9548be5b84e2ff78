import type { ClipName } from './clips.ts'

/** What the driver is asked to do, each with its answer. */
export interface Acts {
  /** Opens sessions, and updates each where an update is given. A bare server is one that says nothing first. */
  open: { asked: OpenRequest; done: { connectMs: number[] } }
  /** Streams a clip over and over from every session, in real time. */
  stream: { asked: { clip: ClipName; seconds: number }; done: { frames: number; latestMs: number } }
  /** Takes turns: speaks, commits and asks for an answer; then is silent until it is time for the next. */
  talk: { asked: TalkRequest; done: Turns }
  /** Streams without pause, and lets the server find the turns. */
  converse: { asked: TalkRequest; done: Turns }
  /** Has every session answered, for as long as the seconds, and drops what it is told. */
  listen: { asked: { request: string; seconds: number }; done: { audioMs: number } }
  /** Asks for one answer after another in text. */
  chat: { asked: { seconds: number }; done: { firstTextMs: number[]; doneMs: number[]; errors: number } }
  close: { asked: Record<string, never>; done: Record<string, never> }
}

export interface OpenRequest {
  url: string
  key: string
  sessions: number
  isBare?: boolean
  /** A `session.update`. */
  session?: object
}

export interface TalkRequest {
  seconds: number
  /** From one turn to the next. */
  everyMs: number
}

export interface Turns {
  /** From the commit, or from the frame that ended the turn, to the first audio. */
  firstAudioMs: number[]
  /** From the frame that ended the turn to `speech_stopped`; none where the client commits. */
  verdictMs: number[]
  errors: number
}

export type ActName = keyof Acts
export type Call = { [Name in ActName]: { act: Name; asked: Acts[Name]['asked'] } }[ActName]
export type Answer = { ok: true; done: Acts[ActName]['done'] } | { ok: false; reason: string }
