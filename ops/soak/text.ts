import type { SoakReport } from './soak.ts'

/** The report for people, as Markdown. */
export function reportText({ minutes, seed, sessions, turns, growth, violations }: SoakReport): string {
  const grown = growth.filter(({ isFlat }) => !isFlat).length
  return [
    `${minutes} minutes, seed ${seed}: ${sessions} sessions, ${turns} turns, ${violations.length} violations, ${grown} of ${growth.length} grew`,
    '',
    '| median | middle third | last third | highest | |',
    '|---|---|---|---|---|',
    ...growth.map(({ what, middle, end, highest, isFlat }) => {
      return `| ${what} | ${round(middle)} | ${round(end)} | ${round(highest)} | ${isFlat ? 'flat' : 'GREW'} |`
    }),
    ...violations
      .slice(0, 20)
      .map(({ where, check, expected, came }) => `${where} ${check}: expected ${expected}; came ${came}`),
  ].join('\n')
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}
