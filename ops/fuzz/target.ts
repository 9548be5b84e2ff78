import type { Frames } from './mutate.ts'

/** Something that takes whatever it is given. */
export interface Target {
  /** More of them at once tell nothing more. */
  readonly maxFrames: number
  /** Throws where something happens that must not; answers what happened, in a few words each. */
  run(frames: Frames): readonly string[]
}

/** What a fuzzer has found. */
export interface Finding {
  frames: Frames
  problem: string
}
