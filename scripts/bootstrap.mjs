// Makes this checkout ready to run, then runs a module with the pinned Node. Plain JavaScript without dependencies:
// it runs on any Node from 20 on, before anything is installed.
//
//   node scripts/bootstrap.mjs [--no-programs] <module> [arguments…]
//   node scripts/bootstrap.mjs --setup-only
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { ensureDependencies } from './bootstrap/dependencies.mjs'
import { ensurePrograms } from './bootstrap/programs.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const options = []
const rest = process.argv.slice(2)
while (rest[0] === '--no-programs' || rest[0] === '--setup-only') options.push(rest.shift())

try {
  await ensureDependencies()
  if (!options.includes('--no-programs')) ensurePrograms()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
if (!options.includes('--setup-only')) await run(rest)

/** Runs the module and passes on its exit code. */
async function run([entry, ...args]) {
  // The channel tells the child when this process dies, however it dies: without it an orphan would serve on.
  const child = spawn('node_modules/.bin/node', [entry, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal gives Ctrl-C to the child itself. Either way this process waits for the child's end.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + (constants.signals[signal] ?? 0)))
}
