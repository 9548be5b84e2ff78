import { areaScores, scoreOf } from '../run/score.ts'
import type { Report } from './report.ts'

/** The report as JSON: the score, that of each area, and every check with what came of it. */
export function jsonReport({ url, model, startedAt, durationMs, results }: Report): string {
  const checks = results.map(({ check: { area, name, rule }, outcome: { kind, ...detail }, durationMs: ms }) => ({
    area,
    name,
    rule,
    outcome: kind,
    durationMs: ms,
    ...detail,
  }))
  const report = { url, model, startedAt, durationMs, score: scoreOf(results), areas: areaScores(results), checks }
  return `${JSON.stringify(report, null, 2)}\n`
}
