export { runLlmWorker } from './worker.ts'
