import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'

/** The Debian programs that the embedded engines are, each with its package and what is missing without it. */
const programs = [
  { name: 'redis-server', package: 'redis-server', without: 'nothing runs (unless REDIS_URL names a Redis)' },
  { name: 'espeak-ng', package: 'espeak-ng', without: 'only English is spoken' },
  { name: 'flite', package: 'flite', without: 'English is spoken by espeak-ng' },
  { name: 'pocketsphinx_continuous', package: 'pocketsphinx', without: 'nothing is heard without a Whisper model' },
  {
    folder: '/usr/share/pocketsphinx/model/en-us',
    package: 'pocketsphinx-en-us',
    without: 'pocketsphinx does not work',
  },
]

/**
 * Installs the programs that are missing where it may, or says the one command that does. Throws only when nothing can
 * run without them.
 */
export function ensurePrograms() {
  if (missingPrograms().length === 0) return
  const packages = missingPrograms().map((program) => program.package)
  if (isOnPath('apt-get')) installPackages(packages)
  const missing = missingPrograms()
  if (missing.length === 0) return
  const names = missing.map((program) => program.package).join(' ')
  const command = isOnPath('apt-get') ? `sudo apt-get install -y ${names}` : `your package manager: ${names}`
  const losses = missing.map((program) => `  without ${program.package}, ${program.without}\n`).join('')
  process.stderr.write(`Some programs are missing. To install them: ${command}\n${losses}`)
  const isStranded = missing.some(({ name }) => name === 'redis-server') && !process.env.REDIS_URL
  if (isStranded) throw new Error('redis-server is needed, and REDIS_URL is not set.')
}

function missingPrograms() {
  return programs.filter((program) => (program.name ? !isOnPath(program.name) : !existsSync(program.folder)))
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Says nothing when it succeeds, and everything that apt said when it does not. */
function installPackages(packages) {
  const prefix = process.getuid() === 0 ? [] : ['sudo', '-n']
  if (prefix.length > 0 && spawnSync('sudo', ['-n', 'true']).status !== 0) return
  process.stderr.write(`Installing ${packages.join(', ')} …\n`)
  const limits = ['-q', '-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=120']
  for (const step of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [program, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...limits, ...step]
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 10 * 60_000 })
    if (status !== 0) process.stderr.write(`${stdout}${stderr}apt-get ${step[0]} failed.\n`)
  }
}
