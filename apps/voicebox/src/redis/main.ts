import { runProcess } from '@voicebox/telemetry'
import { runRedis } from './run-redis.ts'

await runProcess(process, runRedis)
