import type { Completeness } from './completeness.ts'

/** How soon the user's pause is taken for the end of the turn, as the protocol has it. */
export type Eagerness = 'low' | 'medium' | 'high' | 'auto'

/** How long a pause ends a turn whose words so far are of this completeness. */
export function silenceMs(eagerness: Eagerness, completeness: Completeness): number {
  return patience[eagerness][completeness]
}

/** How long a pause ends any turn. */
export function longestSilenceMs(eagerness: Eagerness): number {
  return patience[eagerness].unfinished
}

/** The longest are the protocol's. Where no words come, a pause is some two thirds on its way from a hesitation to an end. */
const medium = { finished: 500, unknown: 1_200, unfinished: 4_000 }
const patience: Record<Eagerness, Record<Completeness, number>> = {
  low: { finished: 900, unknown: 2_500, unfinished: 8_000 },
  medium,
  auto: medium,
  high: { finished: 250, unknown: 700, unfinished: 2_000 },
}
