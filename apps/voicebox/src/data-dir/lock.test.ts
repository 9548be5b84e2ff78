import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTempDir } from '../testing/processes.ts'
import { lockDataDir } from './lock.ts'
import { processBirth } from './process-birth.ts'

describe('the lock of a data directory', () => {
  it('is refused while its holder lives, with the holder named', () => {
    const dir = makeTempDir()
    const lock = lockDataDir(dir)
    expect(() => lockDataDir(dir)).toThrow(`Another voicebox (process ${process.pid}) runs on ${dir}`)
    lock.close()
    expect(lockDataDir(dir).wasStale).toBe(false)
  })

  it('is taken over from a holder that has died', async () => {
    const dir = makeTempDir()
    const holder = spawn('true')
    await once(holder, 'exit')
    writeFileSync(join(dir, 'voicebox.lock'), JSON.stringify({ pid: holder.pid, birth: '1' }))
    expect(lockDataDir(dir).wasStale).toBe(true)
  })

  it('is taken over when another process has the number of the holder that died', () => {
    const dir = makeTempDir()
    writeFileSync(join(dir, 'voicebox.lock'), JSON.stringify({ pid: process.ppid, birth: '1' }))
    expect(processBirth(process.ppid)).not.toBeUndefined()
    expect(lockDataDir(dir).wasStale).toBe(true)
  })
})
