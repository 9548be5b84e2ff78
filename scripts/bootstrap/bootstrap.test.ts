import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('the bootstrap', () => {
  it('runs the module it is given with the pinned Node and passes on its exit code', () => {
    const module = join(tempDir(), 'module.mjs')
    writeFileSync(module, 'console.log(process.version, ...process.argv.slice(2)); process.exitCode = 7')
    const { stdout, status } = bootstrap([module, 'one', 'two'], process.env)
    expect(stdout).toBe(`${process.version} one two\n`)
    expect(status).toBe(7)
  })

  it('names the command that installs what is missing, and stops where nothing can run without it', () => {
    const { stderr, status } = bootstrap(['--setup-only'], { PATH: tempDir() })
    expect(stderr).toContain('your package manager: redis-server espeak-ng flite pocketsphinx')
    expect(stderr).toContain('redis-server is needed, and REDIS_URL is not set.')
    expect(status).toBe(1)
  })

  it('goes on without the programs that have a stand-in', () => {
    const { stderr, status } = bootstrap(['--setup-only'], { PATH: tempDir(), REDIS_URL: 'redis://elsewhere' })
    expect(stderr).toContain('without flite, English is spoken by espeak-ng')
    expect(status).toBe(0)
  })

  it('asks for no programs where none are needed', () => {
    expect(bootstrap(['--no-programs', '--setup-only'], { PATH: tempDir() })).toMatchObject({ status: 0, stderr: '' })
  })

  it('installs what is missing where it may', () => {
    const PATH = tempDir()
    const apt =
      '#!/bin/sh\nfor p in redis-server espeak-ng flite pocketsphinx_continuous; do ln -sf /bin/true "$BIN/$p"; done\n'
    writeFileSync(join(PATH, 'apt-get'), apt, { mode: 0o755 })
    writeFileSync(join(PATH, 'sudo'), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 })
    for (const name of ['env', 'ln']) symlinkSync(`/usr/bin/${name}`, join(PATH, name))
    const { stderr, status } = bootstrap(['--setup-only'], { PATH, BIN: PATH })
    expect(stderr).toMatch(/^Installing redis-server, espeak-ng, flite, pocketsphinx/)
    expect(status).toBe(0)
  })
})

function bootstrap(args: string[], env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, ['scripts/bootstrap.mjs', ...args], { env, encoding: 'utf8' })
}

function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'vb-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
