import { fuzzTarget } from './fuzz-target.ts'
import { readArguments, usage } from './options.ts'

/**
 * Says to the parser of frames, to the session core and to whole sessions what no client would; exits with 1 where one of them
 * does what it must not.
 */
const tellEveryMs = 5_000
const options = readArguments(process.argv.slice(2))
if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n${usage}\n`)
  process.exit(2)
}
const { targets, seconds, seed } = options
process.stderr.write(`seed ${seed}\n`)
let hasFound = false
for (const name of targets) {
  const startMs = performance.now()
  let toldMs = startMs
  const { done, finding } = await fuzzTarget(name, {
    seed,
    seconds,
    tell(progress) {
      if (performance.now() - toldMs < tellEveryMs) return
      toldMs = performance.now()
      process.stderr.write(`${name}: ${Math.round((toldMs - startMs) / 1_000)} of ${seconds} s, ${progress}\n`)
    },
  })
  const took = Math.round((performance.now() - startMs) / 1_000)
  process.stdout.write(`${name}: ${done}, in ${took} s: ${finding === null ? 'nothing found' : 'FOUND'}\n`)
  if (finding === null) continue
  hasFound = true
  process.stdout.write(
    `${finding.problem}\nafter\n${finding.frames.map((frame) => JSON.stringify(frame)).join('\n')}\n`,
  )
}
process.exit(hasFound ? 1 : 0)
