import { measureCost } from './cost.ts'
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

/**
 * Prints, as Markdown, the time of a turn, the CPU of each process for a minute of a session, how soon an answer ends, what
 * lanes take, and how many limits are checked a second; or only what is named: `npm run bench -- lanes`.
 */
const asked = process.argv.slice(2)
for (const [name, measure] of Object.entries(measures))
  if (asked.length === 0 || asked.includes(name)) process.stdout.write(`${await measure()}\n\n`)
process.exit(0)
