import type { Measure } from './measure.ts'
import { measureDensity } from './measures/density.ts'
import { measureEngines } from './measures/engines.ts'
import { measureHistory } from './measures/history.ts'
import { measureInterruptions } from './measures/interruptions.ts'
import { measureLanes } from './measures/lanes.ts'
import { measureLatency } from './measures/latency.ts'
import { measureLimiter } from './measures/limiter.ts'
import { measurePeers } from './measures/peers.ts'
import { measureRecovery } from './measures/recovery.ts'
import { measureTurns } from './measures/turns.ts'
import { readArguments, usage } from './options.ts'
import { type Report, describeMachine, reportMarkdown, writeReport } from './report.ts'

const measures: Record<string, Measure> = {
  density: measureDensity,
  latency: measureLatency,
  interruptions: measureInterruptions,
  lanes: measureLanes,
  limiter: measureLimiter,
  recovery: measureRecovery,
  engines: measureEngines,
  peers: measurePeers,
}

/** These are there for who asks for them by name: one takes minutes, and one needs the machine to itself. */
const byName: Record<string, Measure> = { history: measureHistory, turns: measureTurns }

/**
 * What the gateway costs and adds, against a bare echo and against peers. Prints the tables, and writes them as JSON and as
 * Markdown; what it is doing goes to standard error.
 */
const asked = readArguments(process.argv.slice(2), Object.keys({ ...measures, ...byName }))
if ('wrong' in asked) {
  process.stderr.write(`${asked.wrong}\n${usage}\n`)
  process.exit(2)
}
const { names, out, ...about } = asked
const startedAtMs = performance.now()
const say = (progress: string): void =>
  void process.stderr.write(`${((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(4)} s  ${progress}\n`)
const wanted = Object.entries(names.length === 0 ? measures : { ...measures, ...byName }).filter(
  ([name]) => names.length === 0 || names.includes(name),
)
const measured: { name: string; tables: Report['measured'][number]['tables'] }[] = []
const failed: string[] = []
for (const [name, measure] of wanted) {
  try {
    measured.push({ name, tables: await measure({ ...about, say }) })
  } catch (error) {
    failed.push(name)
    say(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
}
const report: Report = {
  takenAt: new Date().toISOString(),
  machine: describeMachine(),
  seconds: (performance.now() - startedAtMs) / 1_000,
  measured,
}
process.stdout.write(`${reportMarkdown(report)}\n`)
say(`written: ${(await writeReport(out, report)).join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
