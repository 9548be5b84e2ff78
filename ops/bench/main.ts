import { measureCost } from './cost.ts'
import { measureTurns } from './turns.ts'

/** Prints, as Markdown, what the embedded engines take: the time of a turn, and the CPU of each process for a minute of a session. */
process.stdout.write(`${await measureTurns()}\n\n${await measureCost()}\n`)
process.exit(0)
