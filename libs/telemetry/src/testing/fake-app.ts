import { Failure } from '@voicebox/kernel'
import { makeLog, runProcess } from '../index.ts'

// Run by the tests as a process: does what its first argument says.
await runProcess(
  process,
  async (_env, signal, ready) => {
    const [what] = process.argv.slice(2)
    if (what === 'misconfigured')
      throw new Failure('client', 'invalid_configuration', 'VOICEBOX_PORT: expected a number')
    if (what === 'broken') throw new Error('a bug')
    if (what === 'logging') {
      const log = makeLog({ service: 'fake', level: 'info' })
      log.info({ transcript: 'spoken', apiKey: 'sk-1', request: { text: 'spoken', kept: 7 } }, 'A line')
    }
    ready({ kind: 'ready', summary: 'here' })
    await new Promise((resolve) => {
      if (what !== 'stuck') signal.addEventListener('abort', resolve)
      setTimeout(() => {}, 60_000)
    })
  },
  300,
)
