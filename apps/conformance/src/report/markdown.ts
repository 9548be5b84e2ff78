import { type Area, areas } from '../check.ts'
import type { Result } from '../run/result.ts'
import { areaScores, percent, type Score, scoreOf } from '../run/score.ts'
import type { Report } from './report.ts'

/** The report as Markdown: the scores as a table, then what failed, and what was left out. */
export function markdownReport(report: Report): string {
  const failed = report.results.filter(({ outcome }) => outcome.kind === 'failed')
  const skipped = report.results.filter(({ outcome }) => outcome.kind === 'skipped')
  return [
    `Server \`${report.url}\`, model \`${report.model}\`, ${report.startedAt.toISOString().slice(0, 10)}, ${Math.round(report.durationMs / 1_000)} s.`,
    scoreTable(report.results),
    ...(failed.length > 0 ? ['#### What failed', ...byArea(failed, failureLine)] : []),
    ...(skipped.length > 0 ? ['#### What was left out', ...byArea(skipped, skippedLine)] : []),
  ]
    .join('\n\n')
    .concat('\n')
}

function scoreTable(results: readonly Result[]): string {
  const rows = areaScores(results).map(({ area, ...score }) => row(`\`${area}\``, score))
  return [
    '| area | passed | failed | left out | score |',
    '| --- | --: | --: | --: | --: |',
    ...rows,
    row('**all**', scoreOf(results)),
  ].join('\n')
}

const row = (name: string, score: Score): string =>
  `| ${name} | ${score.passed} | ${score.failed} | ${score.skipped} | ${percent(score)} |`

function byArea(results: readonly Result[], line: (result: Result) => string): string[] {
  return areas.flatMap((area) => {
    const lines = results.filter(({ check }) => check.area === area).map(line)
    return lines.length > 0 ? [[`**${titleOf(area)}**`, '', ...lines].join('\n')] : []
  })
}

const titleOf = (area: Area): string => area.replaceAll('_', ' ')

function failureLine({ check, outcome }: Result): string {
  if (outcome.kind !== 'failed') return ''
  return `- ${plain(check.name)}: expected ${plain(outcome.expected)}; came ${plain(outcome.came).replace(/\.+$/, '')}. _${plain(check.rule)}_`
}

const skippedLine = ({ check, outcome }: Result): string =>
  `- ${plain(check.name)}: ${outcome.kind === 'skipped' ? plain(outcome.reason) : ''}`

/** What a server said must not become markup: angle brackets, pipes, stars, underscores and line breaks. */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|]/g, String.raw`\$&`)
