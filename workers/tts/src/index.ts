export { runTtsWorker } from './worker.ts'
