import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { withLock } from './lock.mjs'

const stamp = 'node_modules/.voicebox-installed'

/** Installs what package-lock.json names, unless that is what is installed. Throws with npm's own words. */
export async function ensureDependencies() {
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')
  if (isInstalled(wanted)) return
  mkdirSync('.voicebox', { recursive: true, mode: 0o700 })
  await withLock('.voicebox/install.lock', () => {
    if (isInstalled(wanted)) return // by whoever held the lock
    if (!matchesLock()) install()
    writeFileSync(stamp, wanted)
  })
}

function isInstalled(wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

/** Whether an npm run by hand has already brought what the lock asks for: npm writes its own list when it is done. */
function matchesLock() {
  try {
    const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
    const present = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages
    return Object.entries(wanted).every(
      ([path, entry]) =>
        !path.includes('node_modules/') ||
        (path in present ? present[path].version === entry.version : !isForThisMachine(entry)),
    )
  } catch {
    return false
  }
}

/** An optional package is made for one kind of machine, and named as such. */
function isForThisMachine({ optional, os, cpu, libc }) {
  if (optional !== true) return true
  return os?.includes(process.platform) === true && cpu?.includes(process.arch) === true && libc === undefined
}

/** Under an older Node npm leaves out, without a word, the packages made for the pinned one: so npm itself runs on that. */
function install() {
  const version = JSON.parse(readFileSync('package.json', 'utf8')).devDependencies.node
  const ci = 'npm ci --no-audit --no-fund --loglevel=error'
  const isOld = Number(process.versions.node.split('.')[0]) < Number(version.split('.')[0])
  process.stderr.write('Installing the dependencies (about a minute) …\n')
  const [program, args] = isOld ? ['npx', ['-y', '-p', `node@${version}`, '-c', ci]] : ['sh', ['-c', ci]]
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip', ...process.env }
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  if (status !== 0)
    throw new Error(`Installing the dependencies failed${error ? `: ${error.message}` : '; npm says why above'}.`)
}
