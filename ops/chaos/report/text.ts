import type { Finding } from '../finding.ts'
import type { Report } from './report.ts'

/** The report for people. */
export function reportText(report: Report): string {
  const { seed, seconds, faults, skippedFaults, sessions, turns, responses, events, resumptions } = report
  const { allowed, recoveries, violations, folder } = report
  return [
    `seed ${seed}, ${seconds} s`,
    `${sessions} sessions, ${turns} turns, ${responses} responses, ${events} events, ${resumptions} resumptions`,
    `faults: ${counted(faults)}${skippedFaults > 0 ? ` (and ${skippedFaults} left out, since the one before was not over)` : ''}`,
    `allowed: ${counted(allowed)}`,
    ...recoveries.map(({ what, times, p50Ms, maxMs }) => {
      return `${what}: ${times === 0 ? 'never' : `p50 ${p50Ms ?? 0} ms, max ${maxMs ?? 0} ms, ${times} times`}`
    }),
    `violations: ${violations.length}`,
    ...violations.slice(0, mostShown).map(violationText),
    ...(violations.length > mostShown ? [`… and ${violations.length - mostShown} more`] : []),
    ...(folder === null ? [] : [`transcripts and logs: ${folder}`]),
  ].join('\n')
}

const mostShown = 100

function violationText({ check, where, atMs, expected, came }: Finding): string {
  return `  ${(atMs / 1_000).toFixed(1)} s  ${where}  ${check}: expected ${short(expected)}; came ${short(came)}`
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).map(([name, times]) => `${name} ×${times}`)
  return entries.length === 0 ? 'nothing' : entries.join(', ')
}
