import { parseLogRecord } from './log-record.ts'

const maxLines = 12
const maxChars = 2_000

/** Keeps what a process said last in plain text (its own message for people), or else its last error record. */
export function makeLastWords(): { hear(line: string): void; text(): string } {
  const plain: string[] = []
  let lastError = ''
  return {
    hear(line) {
      const record = parseLogRecord(line)
      if (record?.level === 'error' || record?.level === 'fatal') lastError = record.message
      if (record !== undefined || line.trim() === '') return
      plain.push(line)
      if (plain.length > maxLines) plain.shift()
    },
    text: () => (plain.length > 0 ? plain.join('\n').slice(-maxChars) : lastError),
  }
}
