import { parseArgs } from 'node:util'
import { allMutations } from './mutations/index.ts'
import { runTests } from './run-tests.ts'
import { plantTree, seedTree, staleness } from './tree.ts'
import { type Outcome, outcomeTable, shareCaught, words } from './outcome.ts'

/** What must be caught of all that is broken. */
const wantedShare = 0.95

/**
 * Breaks the session core in many places, one at a time, and says whether its tests notice. Words as arguments choose the
 * mutations that have them in their file or their rule.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const mutations = allMutations.filter(({ file, breaks }) =>
  positionals.every((word) => `${file} ${breaks}`.includes(word)),
)
if (mutations.length === 0) throw new Error('No mutation has these words.')
const seed = seedTree()
try {
  // all of them are tried on the sources first: one that is out of date would be found only after minutes
  const stale = mutations.flatMap((mutation) => staleness(seed.path, mutation))
  if (stale.length > 0) throw new Error(`Out of date:\n${stale.join('\n')}`)
  if ((await runTests(seed.path)).kind !== 'passed') throw new Error('The tests fail on the session core as it is.')
  process.exitCode = await breakAll(seed.path)
} finally {
  seed.remove()
}

/** Answers the exit code. */
async function breakAll(from: string): Promise<number> {
  const outcomes: Outcome[] = []
  for (const [index, mutation] of mutations.entries()) {
    const tree = plantTree(from, mutation)
    const verdict = await runTests(tree.path).finally(tree.remove)
    outcomes.push({ mutation, verdict })
    process.stderr.write(`${index + 1}/${mutations.length} ${words[verdict.kind]}: ${mutation.breaks}\n`)
  }
  const share = shareCaught(outcomes)
  process.stdout.write(`${outcomeTable(outcomes)}\n\n${(share * 100).toFixed(1)} % of ${outcomes.length} caught\n`)
  return share < wantedShare ? 1 : 0
}
