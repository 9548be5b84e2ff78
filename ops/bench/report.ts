import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Table, asMarkdown } from './table.ts'

/** One run, as it is written. */
export interface Report {
  takenAt: string
  machine: { cpu: string; cores: number; memoryGb: number; node: string; platform: string }
  seconds: number
  measured: readonly { name: string; tables: readonly Table[] }[]
}

export function describeMachine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}

export function reportMarkdown({ takenAt, machine, seconds, measured }: Report): string {
  const { cpu, cores, memoryGb, node, platform } = machine
  return [
    `Taken ${takenAt.slice(0, 10)} on ${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}, in ${Math.round(seconds)} s.`,
    ...measured.flatMap(({ tables }) => tables.map(asMarkdown)),
    '',
  ].join('\n\n')
}

/** Answers the files' names. */
export async function writeReport(folder: string, report: Report): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files = [join(folder, 'bench.json'), join(folder, 'bench.md')] as const
  await writeFile(files[0], `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(files[1], reportMarkdown(report))
  return [...files]
}
