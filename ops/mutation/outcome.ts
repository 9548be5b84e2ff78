import type { Mutation } from './mutation.ts'
import type { Verdict } from './run-tests.ts'

export interface Outcome {
  mutation: Mutation
  verdict: Verdict
}

export const words: Readonly<Record<Verdict['kind'], string>> = {
  failed: 'caught',
  passed: '**survived**',
  unloadable: '**does not load**',
}

/** How many of the mutations made a test fail, from 0 to 1. */
export function shareCaught(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ verdict }) => verdict.kind === 'failed').length / Math.max(1, outcomes.length)
}

/** What became of each mutation, as Markdown. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ mutation: { file, breaks }, verdict }) => {
    return `| ${file} | ${breaks} | ${words[verdict.kind]} | ${verdict.kind === 'failed' ? verdict.test.replaceAll('|', '\\|') : ''} |`
  })
  return ['| file | what is broken | | by |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
