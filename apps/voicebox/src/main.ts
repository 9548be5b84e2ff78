import { parseArgs } from 'node:util'
import { Failure, toFailure } from '@voicebox/kernel'
import { hasTerminal } from './controlling-terminal.ts'
import { startHelp } from './help.ts'
import { runVoicebox } from './run-voicebox.ts'
import { version } from './version.ts'

/** Signals this close together are one Ctrl-C, which the terminal, npm and the bootstrap all pass on. */
const sameSignalMs = 500

const leave = new AbortController()
const hurry = new AbortController()
let askedAtMs: number | undefined
const ask = (): void => {
  askedAtMs ??= performance.now()
  if (performance.now() - askedAtMs > sameSignalMs) hurry.abort()
  leave.abort()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ask)
process.on('disconnect', ask)

// A hang-up is a wish to restart what runs, unless it says that the terminal is gone in which this was started.
let restart: () => void = () => {}
const hadTerminal = hasTerminal()
process.on('SIGHUP', () => (hadTerminal && !hasTerminal() ? ask() : restart()))

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}) // nobody reads it any more
const terminal = {
  say: (line: string) => process.stdout.write(`${line}\n`),
  warn: (line: string) => process.stderr.write(`${line}\n`),
}

try {
  const { values } = parseStartArguments()
  if (values.help) terminal.say(startHelp)
  else if (values.version) terminal.say(version)
  else {
    const onServing = (restartAll: () => void): void => void (restart = restartAll)
    await runVoicebox({ env: process.env, signal: leave.signal, hurry: hurry.signal, terminal, onServing })
  }
  process.exit(0)
} catch (thrown) {
  const failure = toFailure(thrown)
  terminal.warn(failure.kind === 'bug' ? (failure.stack ?? failure.message) : failure.message)
  process.exit(failure.code === 'invalid_configuration' ? 2 : 1)
}

function parseStartArguments() {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } })
  } catch (error) {
    throw new Failure('client', 'invalid_configuration', `${(error as Error).message}\n\n${startHelp}`)
  }
}
