import { join } from 'node:path'
import type { Closable } from '@voicebox/kernel'
import { type LogFile, openLogFile } from './supervise/log-file.ts'
import { describeLogRecord, parseLogRecord } from './supervise/log-record.ts'
import type { Terminal } from './terminal.ts'

export interface ChildLogs extends Closable {
  write(name: string, line: string): void
  close(): void
}

/** Writes every line of a child to its own file, and shows warnings and errors to people. */
export function openChildLogs(logsDir: string, terminal: Terminal): ChildLogs {
  const files = new Map<string, LogFile>() // one a child
  return {
    write(name, line) {
      const file = files.get(name) ?? openLogFile(join(logsDir, `${name}.log`))
      files.set(name, file)
      file.append(line)
      const record = parseLogRecord(line)
      if (record && shownLevels.has(record.level)) terminal.warn(describeLogRecord(name, record))
    },
    close() {
      for (const file of files.values()) file.close()
      files.clear()
    },
  }
}

const shownLevels = new Set(['warn', 'error', 'fatal'])
