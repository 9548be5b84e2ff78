import { runChaos } from '../../chaos/chaos.ts'
import { faultKinds } from '../../chaos/plan/faults.ts'
import type { Bench } from '../measure.ts'
import type { Table } from '../table.ts'

const seconds = 60
const seed = 7

/** How soon sessions go on when parts of the installation die, by the chaos driver; and whether any client saw what it must not see. */
export async function measureRecovery({ say }: Bench): Promise<readonly Table[]> {
  say(`recovery: parts of an installation die for ${seconds} s`)
  const signal = new AbortController().signal
  const report = await runChaos({ seed, seconds, sessions: 8, kinds: faultKinds, say: () => {}, signal })
  const faults = Object.values(report.faults).reduce((sum, times) => sum + times, 0)
  return [
    {
      title: `Recovery (${seconds} s of chaos, seed ${seed})`,
      columns: ['from → to', 'times', 'p50, ms', 'most, ms'],
      rows: report.recoveries.map(({ what, times, p50Ms, maxMs }) => [what, times, p50Ms, maxMs]),
      notes: [
        ...report.violations.map(
          ({ check, where, expected, came }) => `Violation, ${where}, ${check}: expected ${expected}; came ${came}`,
        ),
        `${faults} faults in ${report.sessions} sessions with ${report.turns} turns; ${report.violations.length} violations of what clients may rely on.`,
      ],
    },
  ]
}
