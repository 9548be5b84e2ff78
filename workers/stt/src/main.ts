import { runProcess } from '@voicebox/telemetry'
import { runSttWorker } from './worker.ts'

await runProcess(process, runSttWorker)
