import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '@voicebox/kernel'
import { onTestFinished } from 'vitest'
import { processBirth } from '../data-dir/process-birth.ts'

/** A folder that goes away with the test. */
export function makeTempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'vb-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Resolves once `condition` holds; throws when it does not in time. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const giveUpAtMs = performance.now() + withinMs
  while (performance.now() < giveUpAtMs) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error(`It did not happen within ${withinMs} ms`)
}

export const isGone = (pid: number): boolean => processBirth(pid) === undefined
