import { makeChance } from './chance.ts'
import { type Conversation, planConversation } from './conversations.ts'
import { type Fault, type FaultKind, planFaults } from './faults.ts'

/** All that chance decides of a run, before it begins. */
export interface Plan {
  faults: readonly Fault[]
  seats: readonly Seat[]
}

/** A client that holds one conversation after the other. */
export interface Seat {
  name: string
  /** More than there is time for. */
  conversations: readonly Conversation[]
}

export interface PlanOptions {
  seed: number
  seconds: number
  sessions: number
  kinds: readonly FaultKind[]
}

/** The same options give the same plan. */
export function makePlan({ seed, seconds, sessions, kinds }: PlanOptions): Plan {
  const chance = makeChance(seed)
  const seats = Array.from({ length: sessions }, (_, at) => {
    const name = `seat-${at + 1}`
    const own = chance.of(name)
    const conversations = Array.from({ length: Math.ceil(seconds / 4) + 1 }, () => planConversation(own, at))
    return { name, conversations }
  })
  const faults = planFaults({ chance: chance.of('faults'), seconds, kinds, seats: seats.map(({ name }) => name) })
  return { faults, seats }
}
