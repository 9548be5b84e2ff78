import { runProcess } from '@voicebox/telemetry'
import { runTtsWorker } from './worker.ts'

await runProcess(process, runTtsWorker)
