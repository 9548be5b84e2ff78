import { measureCost } from './cost.ts'
import { measureInterruptions } from './interruptions.ts'
import { measureTurns } from './turns.ts'

/** Prints, as Markdown, the time of a turn, the CPU of each process for a minute of a session, and how soon an answer ends. */
for (const measure of [measureTurns, measureCost, measureInterruptions]) process.stdout.write(`${await measure()}\n\n`)
process.exit(0)
