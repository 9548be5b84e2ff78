import { expect, it } from 'vitest'
import { fuzzTarget } from './fuzz-target.ts'

/** A few seconds of what `npm run fuzz` does for as long as it is asked to; what a run has found goes into tests of its own. */
it.each([
  ['parser', 64],
  ['core', 64],
  ['driver', 5],
] as const)('the %s takes what no client would say', { timeout: 120_000 }, async (name, least) => {
  const { finding, inputs } = await fuzzTarget(name, { seed: 20, seconds: 8 })
  expect(finding).toBeNull()
  expect(inputs).toBeGreaterThan(least)
})
