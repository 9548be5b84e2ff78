import { aborted, Failure } from '@voicebox/kernel'
import { makeLog, runProcess } from '../index.ts'

// Run by the tests as a process: does what its first argument says. The second is its grace.
const [what, patience] = process.argv.slice(2)
if (what === 'late') await new Promise((resolve) => setTimeout(resolve, 300)) // as one does that loads much
await runProcess(
  process,
  async (_env, signal, ready) => {
    if (what === 'misconfigured')
      throw new Failure('client', 'invalid_configuration', 'VOICEBOX_PORT: expected a number')
    if (what === 'broken') throw new Error('a bug')
    if (what === 'logging') {
      const log = makeLog({ service: 'fake', level: 'info' })
      const error = new TypeError('broken')
      log.info({ transcript: 'spoken', apiKey: 'sk-1', request: { text: 'spoken', kept: 7 }, error }, 'A line')
    }
    ready({ kind: 'ready', summary: 'here' })
    await new Promise((resolve) => {
      if (what !== 'stuck') void aborted(signal).then(resolve)
      setTimeout(() => {}, 60_000)
    })
    if (what === 'away') throw new Failure('dependency', 'redis_unavailable', 'Redis was not reached in time')
    if (what === 'broken-at-the-end') throw new Failure('bug', 'internal_error', 'a bug')
  },
  patience === undefined ? undefined : Number(patience),
)
