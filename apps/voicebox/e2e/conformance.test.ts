import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type McpTestServer, startMcpServer } from '@voicebox/llm-worker/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { apiKey, startStack } from './support/stack.ts'

const suite = fileURLToPath(new URL('../../conformance/src/main.ts', import.meta.url))
const model = new URL('../../conformance/scripted-model.json', import.meta.url)

interface Check {
  area: string
  name: string
  outcome: 'passed' | 'failed' | 'skipped'
  expected?: string
  came?: string
  reason?: string
}

let mcp: McpTestServer
beforeAll(async () => {
  mcp = await startMcpServer()
})
afterAll(() => mcp.close())

describe.each(['uws', 'ws'])('The conformance suite, over the transport %s', (transport) => {
  it('finds nothing to complain about', { timeout: 420_000 }, async () => {
    const stack = await startStack({
      env: {
        VOICEBOX_TRANSPORT: transport,
        VOICEBOX_LLM_PROVIDERS: await readFile(model, 'utf8'),
        VOICEBOX_STUB: JSON.stringify({ sttMs: 20, transcript: 'what time is it', ttsRealtimeFactor: 0.05 }),
        VOICEBOX_MCP_ALLOW: JSON.stringify([mcp.origin]),
      },
    })
    onTestFinished(() => stack.close())
    const checks = await conform(stack.ws(), '--key', apiKey, '--mcp-url', mcp.url, '--slow')
    const of = (outcome: Check['outcome']): Check[] => checks.filter((check) => check.outcome === outcome)
    expect(of('failed').map(({ area, name, expected, came }) => ({ area, name, expected, came }))).toEqual([])
    // What was left out proves nothing, so no more than what a server may lack.
    expect(of('skipped').filter(({ reason }) => !/no such address|no tracing/.test(reason ?? ''))).toEqual([])
    expect(of('passed').length).toBeGreaterThan(400)
  })
})

/** Runs the suite as a process of its own; answers what it reports of each check. */
async function conform(...args: string[]): Promise<Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-conformance-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'report.json')
  const code = await new Promise((resolve) => {
    const child = execFile(process.execPath, [suite, ...args, '--json', file], () => resolve(child.exitCode))
  })
  // 2 is no report at all.
  expect([0, 1]).toContain(code)
  return (JSON.parse(await readFile(file, 'utf8')) as { checks: Check[] }).checks
}
