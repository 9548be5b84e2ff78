import { toFailure } from '@voicebox/kernel'
import { runChoresCommand } from './chores.ts'

try {
  process.exitCode = await runChoresCommand(process.argv.slice(2), process.env, {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  })
} catch (thrown) {
  const failure = toFailure(thrown)
  process.stderr.write(`${failure.kind === 'bug' ? (failure.stack ?? failure.message) : failure.message}\n`)
  process.exitCode = failure.code === 'invalid_configuration' ? 2 : 1
}
