import { describe, expect, it } from 'vitest'
import { usePostgres } from '@voicebox/store/testing'
import { runMigrate } from './run-migrate.ts'

describe('npm run migrate', () => {
  const postgres = usePostgres()

  async function run(...args: string[]): Promise<{ code: number; out: string; problems: string }> {
    let out = ''
    let problems = ''
    const console = { write: (text: string) => void (out += text), complain: (text: string) => void (problems += text) }
    const env = { DATABASE_URL: postgres.url, DATABASE_OWNER_URL: postgres.ownerUrl }
    return { code: await runMigrate(args, env, console), out, problems }
  }

  it('takes the last migration back, says so, and applies it again', async () => {
    expect((await run()).out).toBe('There was nothing to do.\n')
    expect((await run('down')).out).toBe('taken back  0005-audit-retention\n')
    expect((await run('status')).out).toMatch(/^\d{4}-.*Z {2}0001-tenants\n[^]*\nnot applied +0005-audit-retention\n$/)
    expect((await run('up')).out).toBe('applied     0005-audit-retention\n')
  })

  it('explains itself, and what it does not know', async () => {
    expect((await run('--help')).out).toContain('npm run migrate -- down')
    expect(await run('sideways')).toMatchObject({ code: 2, problems: expect.stringContaining('sideways') as string })
    const nowhere = runMigrate(['up'], { VOICEBOX_DATA_DIR: '/nonexistent' }, { write: () => {}, complain: () => {} })
    await expect(nowhere).rejects.toMatchObject({ kind: 'dependency' })
  })
})
