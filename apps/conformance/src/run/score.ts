import { type Area, areas } from '../check.ts'
import type { Result } from './result.ts'

export interface Score {
  passed: number
  failed: number
  skipped: number
}

export interface AreaScore extends Score {
  area: Area
}

export function scoreOf(results: readonly Result[]): Score {
  const count = (kind: Result['outcome']['kind']): number =>
    results.filter(({ outcome }) => outcome.kind === kind).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** The score of every area of which a check ran or was skipped. */
export function areaScores(results: readonly Result[]): AreaScore[] {
  return areas
    .map((area) => ({ area, ...scoreOf(results.filter(({ check }) => check.area === area)) }))
    .filter(({ passed, failed, skipped }) => passed + failed + skipped > 0)
}

/** Of what could be judged, how much holds: "97 %". Skipped checks count neither way; 100 % is said of all alone. */
export function percent({ passed, failed }: Score): string {
  if (passed + failed === 0) return '–'
  return `${Math.floor((100 * passed) / (passed + failed))} %`
}
