import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import type { Closable } from '@voicebox/kernel'

export interface LogFile extends Closable {
  append(line: string): void
  close(): void
}

/** A log file that keeps at most `maxBytes` and one predecessor of that size (`<path>.1`). A full disk loses lines, not the process. */
export function openLogFile(path: string, maxBytes = 8 << 20): LogFile {
  let file = openSync(path, 'a', 0o600)
  let bytes = fstatSync(file).size
  return {
    append(line) {
      try {
        if (bytes >= maxBytes) rotate()
        bytes += writeSync(file, `${line}\n`)
      } catch {
        bytes = maxBytes // and so the next line tries a new file
      }
    },
    close: () => closeSync(file),
  }

  function rotate(): void {
    renameSync(path, `${path}.1`)
    const next = openSync(path, 'a', 0o600)
    closeSync(file)
    file = next
    bytes = 0
  }
}
