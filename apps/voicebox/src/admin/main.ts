#!/usr/bin/env node
import { toFailure } from '@voicebox/kernel'
import { runAdmin } from './run-admin.ts'

try {
  process.exitCode = await runAdmin(process.argv.slice(2), process.env, {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  })
} catch (thrown) {
  const failure = toFailure(thrown)
  process.stderr.write(`${failure.kind === 'bug' ? (failure.stack ?? failure.message) : failure.message}\n`)
  process.exitCode = failure.code === 'invalid_configuration' ? 2 : 1
}
