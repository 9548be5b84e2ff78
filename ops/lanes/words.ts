import type { DeadLetter, Lane, LaneStats } from '@voicebox/streams'
import type { Done } from './letters.ts'

const header = ['lane', 'waiting', 'overflow', 'oldest', 'working', 'retrying', 'workers', 'dead']

/** The lanes in columns. */
export function laneTable(lanes: readonly (LaneStats & { lane: Lane })[]): string {
  const rows = lanes.map(({ lane, depth, overflow, oldestMs, pending, later, consumers, dead }) => {
    return [lane, depth, overflow, depth === 0 ? '-' : duration(oldestMs), pending, later, consumers, dead].map(String)
  })
  const widths = header.map((name, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? name.length)),
  )
  const line = (row: readonly string[]): string => {
    const [first = '', ...numbers] = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
    return `${[first, ...numbers].join('  ')}\n`
  }
  return rows.length === 0 ? 'No lane was used so far.\n' : [header, ...rows].map(line).join('')
}

/** A letter in a line. */
export function letterLine({ id, lane, job, attempts, cause, diedAtMs }: DeadLetter): string {
  const why = `${cause.code}: ${cause.message}`
  return `${id}  ${lane}  ${new Date(diedAtMs).toISOString()}  ${job.sessionId}  ${attempts}×  ${why}`
}

/** All that is known. */
export function letterDetails(letter: DeadLetter): string {
  const { id, lane, job, isWhole, attempts, cause, queuedAtMs, diedAtMs } = letter
  return [
    `${id} of ${lane}`,
    `  given up   ${new Date(diedAtMs).toISOString()}, ${duration(diedAtMs - queuedAtMs)} after it was put on the lane`,
    `  attempts   ${attempts}`,
    `  because    ${cause.kind}, ${cause.code}: ${cause.message}`,
    `  can retry  ${isWhole ? 'while its session lives' : 'no: not all of the job was kept'}`,
    `  job        ${JSON.stringify(job, undefined, 2).replaceAll('\n', '\n  ')}`,
  ].join('\n')
}

const outcomes: Record<Done['outcome'], string> = {
  queued: 'put back as a new job',
  session_ended: 'not put back: its session has ended',
  not_whole: 'not put back: not all of the job was kept',
  full: 'not put back: its lane is full',
  dropped: 'thrown away',
  gone: 'was gone already',
}

export function doneLine({ id, lane, outcome }: Done): string {
  return `${id}  ${lane}  ${outcomes[outcome]}`
}

function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}
