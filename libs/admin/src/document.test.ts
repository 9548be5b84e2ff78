import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { adminDocument } from './document.ts'
import { operations } from './operations.ts'

const redocly = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js')

/** What the linter has to say; it phones nobody. */
async function lint(document: object): Promise<{ ruleId: string; message: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-openapi-'))
  try {
    await writeFile(join(folder, 'api.json'), JSON.stringify(document))
    await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\ntelemetry: off\n')
    const args = [redocly, 'lint', 'api.json', '--format', 'json', '--config', 'redocly.yaml']
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const run = promisify(execFile)(process.execPath, args, { cwd: folder, env })
    const { stdout } = await run.catch((error: unknown) => error as { stdout: string })
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] }
    return problems.map(({ ruleId, message }) => ({ ruleId, message }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('The OpenAPI document of the admin API', () => {
  it('is valid and complete, as a linter judges it', async () => {
    expect(await lint(adminDocument())).toEqual([])
  })

  it('would not be with an operation that nobody may do', async () => {
    const document = structuredClone(adminDocument()) as { paths: Record<string, { get: { security?: unknown } }> }
    delete document.paths['/me']?.get.security
    expect(await lint(document)).toMatchObject([{ ruleId: 'security-defined' }])
  })

  it('names each operation once', () => {
    const ids = operations.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
