import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A loop that a mutation made endless is caught too, but only by the clock. */
const limitMs = 240_000

/** Examples say soonest what is broken, so the properties are asked only where no example noticed. */
const suites = [['--exclude', '**/*.property.test.ts'], ['property']]

/** `unloadable`: the sources did not even load, which tells nothing about the tests. */
export type Verdict = { kind: 'passed' } | { kind: 'failed'; test: string } | { kind: 'unloadable' }

/** Runs the tests of the session core in a copy of the tree, until the first of them fails. */
export async function runTests(path: string): Promise<Verdict> {
  for (const suite of suites) {
    const verdict = await runSuite(path, suite)
    if (verdict.kind !== 'passed') return verdict
  }
  return { kind: 'passed' }
}

async function runSuite(cwd: string, suite: readonly string[]): Promise<Verdict> {
  const report = join(cwd, 'report.json')
  const options = ['--root', cwd, '--bail', '1', '--no-isolate', '--reporter', 'json', '--outputFile', report]
  const args = [join(cwd, 'node_modules/vitest/vitest.mjs'), 'run', ...suite, ...options]
  const child = spawn(process.execPath, args, { cwd, detached: true, stdio: 'ignore' })
  let isHung = false
  const timer = setTimeout(() => {
    isHung = true
    // its workers too, which would go on without it
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, limitMs)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearTimeout(timer)
  if (code === 0) return { kind: 'passed' }
  if (isHung) return { kind: 'failed', test: '(it never ended)' }
  const test = failedTest(report)
  return test === undefined ? { kind: 'unloadable' } : { kind: 'failed', test }
}

interface Report {
  testResults: { assertionResults: { status: string; fullName: string }[] }[]
}

function failedTest(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  return all.find(({ status }) => status === 'failed')?.fullName
}
