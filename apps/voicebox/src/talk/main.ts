import { toFailure } from '@voicebox/kernel'
import { talkHelp } from '../help.ts'
import { version } from '../version.ts'
import { parseTalkArguments } from './arguments.ts'
import { runTalk } from './run-talk.ts'

const leave = new AbortController()
process.on('SIGINT', () => leave.abort())
process.on('SIGTERM', () => leave.abort())
const write = (text: string): void => void process.stdout.write(text)

try {
  const talk = parseTalkArguments(process.argv.slice(2), process.env)
  if (talk === 'help') write(`${talkHelp}\n`)
  else if (talk === 'version') write(`${version}\n`)
  else await runTalk(talk, write, leave.signal)
  process.exit(0)
} catch (thrown) {
  const failure = toFailure(thrown)
  process.stderr.write(`${failure.kind === 'bug' ? (failure.stack ?? failure.message) : failure.message}\n`)
  process.exit(failure.code === 'invalid_arguments' ? 2 : 1)
}
