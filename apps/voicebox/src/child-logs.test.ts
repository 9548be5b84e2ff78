import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openChildLogs } from './child-logs.ts'
import { openLogFile } from './supervise/log-file.ts'
import { makeLineSplitter } from './supervise/lines.ts'
import { makeTempDir } from './testing/processes.ts'

it('keeps every line of a child in its own file and shows warnings in words', () => {
  const dir = makeTempDir()
  const warned: string[] = []
  const logs = openChildLogs(dir, { say: () => {}, warn: (line) => warned.push(line) })
  logs.write('stt', '{"level":"info","timestamp":"now","service":"stt","message":"Ready"}')
  logs.write('stt', '{"level":"warn","timestamp":"now","service":"stt","pid":1,"ms":900,"message":"The model is slow"}')
  logs.write('tts', 'plain text')
  logs.close()
  expect(warned).toEqual(['! stt: The model is slow (ms=900)'])
  expect(readFileSync(join(dir, 'stt.log'), 'utf8').split('\n')).toHaveLength(3)
  expect(readFileSync(join(dir, 'tts.log'), 'utf8')).toBe('plain text\n')
})

it('keeps a log file and one predecessor, both bounded', () => {
  const dir = makeTempDir()
  const file = openLogFile(join(dir, 'x.log'), 1_000)
  for (let line = 0; line < 200; line += 1) file.append('0123456789'.repeat(5))
  file.append('the last line')
  file.close()
  expect(readdirSync(dir)).toEqual(['x.log', 'x.log.1'])
  for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThan(1_100)
  expect(readFileSync(join(dir, 'x.log'), 'utf8')).toContain('the last line')
})

it('cuts output into lines wherever the pieces end', () => {
  const lines: string[] = []
  const splitter = makeLineSplitter((line) => lines.push(line))
  for (const piece of ['one\ntw', 'o\nthr', 'ee']) splitter.write(piece)
  splitter.end()
  expect(lines).toEqual(['one', 'two', 'three'])
})
