import { runProcess } from '@voicebox/telemetry'
import { runLlmWorker } from './worker.ts'

await runProcess(process, runLlmWorker)
