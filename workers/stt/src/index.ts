export { runSttWorker } from './worker.ts'
