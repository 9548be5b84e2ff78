import { aborted, withScope } from '@voicebox/kernel'
import { runProcess } from '@voicebox/telemetry'
import { startStages } from '../supervise/start-stages.ts'
import { fakeChild } from './fake-child-path.ts'

// A launcher for the tests of leaving: `fake-launcher.ts <file>` runs a store, two workers and a gateway, all of them fake.
const [file = ''] = process.argv.slice(2)
const child = (name: string) => ({ name, entry: fakeChild, args: ['serve', file, name], env: () => process.env })

await runProcess(process, (_env, signal, ready) =>
  withScope(async (scope) => {
    const stages = [[child('store')], [child('worker-1'), child('worker-2')], [child('gateway')]]
    const hurry = new AbortController().signal
    await startStages(stages, { scope, signal, hurry, listener: { onLine: () => {} } })
    ready({ kind: 'ready', summary: 'all' })
    await aborted(signal)
  }),
)
