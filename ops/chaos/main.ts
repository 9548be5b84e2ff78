import { writeFile } from 'node:fs/promises'
import { runChaos } from './chaos.ts'
import { readArguments, usage } from './options.ts'
import { reportText } from './report/text.ts'

/** Hurts an installation while clients talk to it; exits with 1 when one of them saw what it must not see. */
const options = readArguments(process.argv.slice(2))
if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n${usage}\n`)
  process.exit(2)
}
process.stderr.write(`seed ${options.seed}\n`)
const leave = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => leave.abort())
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const report = await runChaos({ ...options, say, signal: leave.signal })
if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
process.stdout.write(`${reportText(report)}\n`)
process.exit(report.violations.length > 0 ? 1 : 0)
