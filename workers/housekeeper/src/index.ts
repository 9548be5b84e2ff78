export { runHousekeeper } from './worker.ts'
