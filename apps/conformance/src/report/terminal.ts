import type { Result } from '../run/result.ts'
import { areaScores, percent, type Score, scoreOf } from '../run/score.ts'

export interface Terminal {
  write(text: string): void
  isColourful: boolean
  /** Passed and skipped checks get a line too. */
  isTalkative: boolean
}

const green = 32
const red = 31
const grey = 90

/** One line a check; a failed one says more. */
export function writeResult(terminal: Terminal, { check, outcome, durationMs }: Result): void {
  const name = `${check.area}  ${check.name}`
  const paint = painter(terminal)
  switch (outcome.kind) {
    case 'passed':
      if (terminal.isTalkative) terminal.write(`${paint(green, '✓')} ${name} ${paint(grey, `${durationMs} ms`)}\n`)
      return
    case 'skipped':
      if (terminal.isTalkative) terminal.write(`${paint(grey, `- ${name} (${outcome.reason})`)}\n`)
      return
    case 'failed': {
      const trace = outcome.trace.map((line) => `      ${line}`)
      const lines = [`expected ${outcome.expected}`, `came     ${outcome.came}`, `rule     ${check.rule}`]
      const said = [...lines.map((line) => `    ${line}`), ...trace].join('\n')
      terminal.write(`${paint(red, '✗')} ${name}\n${said}\n`)
    }
  }
}

export function writeScores(terminal: Terminal, results: readonly Result[]): void {
  const paint = painter(terminal)
  const line = (name: string, score: Score): string => {
    const { passed, failed, skipped } = score
    const counts = `${passed} of ${passed + failed}`.padStart(10)
    const colour = failed === 0 ? green : red
    return `${name.padEnd(14)}${counts}  ${paint(colour, percent(score))}${skipped > 0 ? `  ${skipped} left out` : ''}`
  }
  const lines = areaScores(results).map(({ area, ...score }) => line(area, score))
  terminal.write(['', ...lines, line('all', scoreOf(results)), ''].join('\n'))
}

const painter =
  ({ isColourful }: Terminal) =>
  (colour: number, text: string): string =>
    isColourful ? `\u001b[${colour}m${text}\u001b[0m` : text
