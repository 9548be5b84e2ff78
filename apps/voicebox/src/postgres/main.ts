import { runProcess } from '@voicebox/telemetry'
import { runPostgres } from './run-postgres.ts'

await runProcess(process, runPostgres)
