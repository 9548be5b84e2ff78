import { writeFile } from 'node:fs/promises'
import { type Command, readArguments, type Run, type Selection } from './arguments.ts'
import type { Check } from './check.ts'
import { checks as all } from './checks/index.ts'
import { help } from './help.ts'
import { probe } from './probe.ts'
import { jsonReport } from './report/json.ts'
import { markdownReport } from './report/markdown.ts'
import { makeReport } from './report/report.ts'
import { type Terminal, writeResult, writeScores } from './report/terminal.ts'
import { runChecks } from './run/run-checks.ts'

export interface Console extends Terminal {
  complain(text: string): void
}

/** 0: every check passed; 1: one failed; 2: the command line is wrong, or there is no session to be had, or no report to be written. */
export type ExitCode = 0 | 1 | 2

/** Does what the command line asks for. */
export async function conform(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
): Promise<ExitCode> {
  const command = readArguments(args, env)
  const problem = problemOf(command)
  if (problem !== null) {
    console.complain(`${problem}\n(npm run conformance -- --help)\n`)
    return 2
  }
  switch (command.kind) {
    case 'help':
      console.write(help)
      return 0
    case 'list':
      for (const { area, name } of select(command.selection)) console.write(`${area}  ${name}\n`)
      return 0
    case 'run':
      return await runAll(command.run, console)
    case 'wrong':
      return 2
  }
}

function problemOf(command: Command): string | null {
  if (command.kind === 'wrong') return command.why
  if (command.kind === 'help' || select(command.kind === 'run' ? command.run.selection : command.selection).length > 0)
    return null
  return 'No check has that name.'
}

function select({ areas, only }: Selection): Check[] {
  return all.filter(({ area, name }) => (areas?.includes(area) ?? true) && name.includes(only))
}

async function runAll(run: Run, console: Console): Promise<ExitCode> {
  const obstacle = await probe(run.target)
  if (obstacle !== null) {
    console.complain(`${obstacle}\n`)
    return 2
  }
  const terminal = { ...console, isTalkative: console.isTalkative || run.isTalkative }
  const startedAt = new Date()
  const results = await runChecks(select(run.selection), run.target, {
    concurrency: run.concurrency,
    isPatient: run.isPatient,
    onResult: (result) => writeResult(terminal, result),
  })
  writeScores(terminal, results)
  const report = makeReport(run.target, startedAt, results)
  const isSaved =
    (await save(run.jsonFile, jsonReport(report), console)) &&
    (await save(run.markdownFile, markdownReport(report), console))
  if (!isSaved) return 2
  return results.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0
}

async function save(file: string | undefined, text: string, console: Console): Promise<boolean> {
  try {
    if (file !== undefined) await writeFile(file, text)
    return true
  } catch (error) {
    console.complain(`Cannot write the report: ${(error as Error).message}\n`)
    return false
  }
}
