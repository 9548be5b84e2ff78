import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'
import { faultKinds } from './plan/faults.ts'
import { reportText } from './report/text.ts'

/** Of the first seeds the one whose minute has every kind of fault. */
const seed = 115

it('An installation that is hurt for a minute loses nothing, repeats nothing and forgets nobody', async () => {
  const report = await runChaos({ seed, seconds: 60, sessions: 8, kinds: faultKinds, say: () => {} })
  const text = reportText(report)
  expect(report.violations, text).toEqual([])
  // a run in which little happened would show little
  expect(Object.keys(report.faults).length, text).toBeGreaterThanOrEqual(8)
  expect(report.turns, text).toBeGreaterThan(50)
  expect(report.resumptions, text).toBeGreaterThan(2)
}, 600_000)
