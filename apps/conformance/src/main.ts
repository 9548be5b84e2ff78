import { conform } from './conform.ts'

const isTerminal = process.stdout.isTTY

try {
  process.exitCode = await conform(process.argv.slice(2), process.env, {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    isColourful: isTerminal && process.env['NO_COLOR'] === undefined,
    isTalkative: isTerminal,
  })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 2
}
// A check that was given up may still wait for its server.
process.exit()
