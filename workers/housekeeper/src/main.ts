import { runProcess } from '@voicebox/telemetry'
import { runHousekeeper } from './worker.ts'

await runProcess(process, runHousekeeper)
