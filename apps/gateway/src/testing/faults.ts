import fc from 'fast-check'
import { makeLife } from './life.ts'
import type { Sessions } from './open-sessions.ts'
import { startTalker, type Talker } from './talker.ts'
import type { TestGateway } from './test-gateway.ts'

/** What becomes of one connection, and of the process that drives the session on it. */
export type Fault =
  /** The process vanishes at one of its steps. */
  | { kind: 'dies'; afterSteps: number }
  /** The network breaks, and the client comes back to the same process or to another. */
  | { kind: 'breaks'; after: number; counts: 'frames' | 'steps'; isNoticed: boolean; isElsewhere: boolean }

/** Early ones hit how a session goes on; `within` is about what a whole conversation takes. */
export function faultsWithin(within: number): fc.Arbitrary<Fault[]> {
  const steps = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: within }))
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({ kind: fc.constant('dies' as const), afterSteps: steps }),
    fc.record({
      kind: fc.constant('breaks' as const),
      after: steps,
      counts: fc.constantFrom('frames' as const, 'steps' as const),
      isNoticed: fc.boolean(),
      isElsewhere: fc.boolean(),
    }),
  )
  return fc.array(fault, { maxLength: 8, size: 'max' })
}

export interface Lived {
  talker: Talker
  gateways: readonly TestGateway[]
}

export interface Story {
  /** What a client does, from its first connection on. */
  script(talker: Talker): Promise<void>
  faults: readonly Fault[]
  model?: string
}

/** Lets a client do all this while its connections and its gateways fail, one after the other, and ends its session. */
export async function liveThrough(sessions: Sessions, { script, faults, model }: Story): Promise<Lived> {
  const gateways: TestGateway[] = []
  const open = (life = makeLife()): TestGateway => {
    const gateway = sessions.gateway({ life })
    gateways.push(gateway)
    return gateway
  }
  let current = open()
  let dialled = 0
  const talker = startTalker({
    dial(back) {
      const fault = faults[dialled++]
      let gateway = current
      if (fault?.kind === 'dies') gateway = open(makeLife(fault.afterSteps))
      else if (fault === undefined || fault.isElsewhere) gateway = current = open()
      const line =
        back === null
          ? gateway.open(model === undefined ? {} : { model })
          : gateway.resume({ ...back, sendsAgain: true })
      if (fault?.kind !== 'breaks') return line
      if (fault.counts === 'frames') line.breakAfter(fault.after, fault.isNoticed)
      else gateway.life.after(fault.after, () => queueMicrotask(fault.isNoticed ? line.lose : line.cut))
      return line
    },
  })
  try {
    await script(talker)
    return { talker, gateways }
  } finally {
    talker.close()
    await new Promise(setImmediate)
    await Promise.all(gateways.map(({ life, fleet }) => Promise.race([fleet.gone(), new Promise<void>(life.onEnd)])))
  }
}
