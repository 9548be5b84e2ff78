import { writeFile } from 'node:fs/promises'
import { readArguments, usage } from './options.ts'
import { soak } from './soak.ts'
import { reportText } from './text.ts'

/** Lets sessions come and go for a long time; exits with 1 when something grew, or a client saw what it must not see. */
const options = readArguments(process.argv.slice(2))
if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n${usage}\n`)
  process.exit(2)
}
const report = await soak({ ...options, say: (line) => void process.stderr.write(`${line}\n`) })
if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
process.stdout.write(`${reportText(report)}\n`)
process.exit(report.violations.length > 0 || report.growth.some(({ isFlat }) => !isFlat) ? 1 : 0)
