import { type Log, type SessionId, toFailure } from '@voicebox/kernel'
import type { Errand, Subject } from '@voicebox/session'
import { makeGate } from './gate.ts'
import type { Patience } from './patience.ts'
import type { Work } from './work.ts'

/** What a session has others do, each once what it rests on is safe; what is not done yet is kept, so that a successor does it. */
export interface Errands {
  /** Answers false when too much waits. */
  take(effect: Errand, rests: number): boolean
  /** What is left to do, by number. */
  readonly left: ReadonlyMap<number, Errand>
  /** What nobody has been asked about yet. */
  readonly unasked: readonly Subject[]
  /** Does again what was done a moment ago: it may have been lost. All of it may be done twice. */
  repeat(): void
  open(upTo: number): void
  /** Nothing is done before: what it brings must not come before what the client may have heard already. */
  start(): void
  idle(): Promise<void>
  close(): void
}

export interface ErrandsOptions {
  sessionId: SessionId
  work: Pick<Work, 'perform' | 'unableTo'>
  /** What another process has left to do. */
  left: ReadonlyMap<number, Errand>
  patience: Patience
  log: Log
}

const maxWaiting = 5_000
/** What is done can be lost with the latest writes of a Redis that dies; these are so many at most. */
const maxRemembered = 64

export function makeErrands({ sessionId, work, left: before, patience, log }: ErrandsOptions): Errands {
  const left = new Map<number, Errand>()
  let latest = Math.max(0, ...before.keys())
  let done: Errand[] = []
  const gate = makeGate(maxWaiting, (error) => log.error({ sessionId, error: toFailure(error) }, 'An errand failed'))

  async function perform(number: number, effect: Errand): Promise<void> {
    try {
      await patience.retry(() => work.perform(effect))
      done = [...done, effect].slice(-maxRemembered)
    } catch (error) {
      log.error({ sessionId, effect: effect.kind, error: toFailure(error) }, 'The workers could not be asked')
      work.unableTo(effect, toFailure(error))
    }
    left.delete(number)
  }

  function take(effect: Errand, rests: number): boolean {
    latest += 1
    const number = latest
    left.set(number, effect)
    return gate.push(rests, () => perform(number, effect))
  }

  gate.hold()
  for (const [, effect] of [...before].sort(([one], [other]) => one - other)) take(effect, 0)
  return {
    take,
    left,
    get unasked() {
      return [...left.values()].flatMap((errand) => askedAbout(errand) ?? [])
    },
    repeat: () => done.splice(0).forEach((effect) => take(effect, 0)),
    open: (upTo) => gate.open(upTo),
    start: () => gate.resume(),
    idle: () => gate.idle(),
    close: () => gate.close(),
  }
}

/** What an errand begins the work for; null where it begins none. */
function askedAbout(errand: Errand): Subject | null {
  switch (errand.kind) {
    case 'transcribe':
      return errand.request.itemId
    case 'generate':
      return errand.request.responseId
    case 'list_tools':
    case 'call_tool':
      return errand.itemId
    default:
      return null
  }
}
