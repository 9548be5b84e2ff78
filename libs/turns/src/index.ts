export type { Completeness } from './completeness.ts'
export { judgeCompleteness } from './judge-completeness.ts'
export { type Eagerness, longestSilenceMs, silenceMs } from './patience.ts'
