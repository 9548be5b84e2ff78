export { type LogLevel, makeLog } from './log.ts'
export { makeProcessName } from './process-name.ts'
export { type ReadyMessage, type RunApp, runProcess } from './run-process.ts'
