import { parseArgs } from 'node:util'
import { measureCost } from './cost.ts'
import { measureHistory } from './history.ts'
import { measureInterruptions } from './interruptions.ts'
import { measureLanes } from './lanes.ts'
import { measureLimiter } from './limiter.ts'
import { measureTurns } from './turns.ts'

const measures = {
  turns: measureTurns,
  cost: measureCost,
  interruptions: measureInterruptions,
  lanes: measureLanes,
  limiter: measureLimiter,
}

const { values, positionals: asked } = parseArgs({ allowPositionals: true, options: { items: { type: 'string' } } })
const { items } = values

/** These take long, and are there for who asks for them by name. */
const large = { history: () => measureHistory(items === undefined ? undefined : Number(items)) }

/**
 * Prints, as Markdown, the time of a turn, the CPU of each process for a minute of a session, how soon an answer ends, what
 * lanes take, and how many limits are checked a second; or only what is named: `npm run bench -- lanes`. How long reads of
 * history take is asked for by name: `npm run bench -- history [--items 10000000]`.
 */
const wanted = asked.length === 0 ? measures : { ...measures, ...large }
for (const [name, measure] of Object.entries(wanted))
  if (asked.length === 0 || asked.includes(name)) process.stdout.write(`${await measure()}\n\n`)
process.exit(0)
