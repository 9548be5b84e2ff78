export { type LogLevel, makeLog } from './log.ts'
export { type ReadyMessage, type RunApp, runProcess } from './run-process.ts'
