import { runProcess } from '@voicebox/telemetry'
import { runGateway } from './gateway.ts'

process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= '16384' // uWebSockets reads it when it loads; its own 4 KiB are less than what proxies add

await runProcess(process, runGateway)
