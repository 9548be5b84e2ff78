// Writes what is published, plain JavaScript and its types, to the folder that is named: `node build.ts dist`.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const here = import.meta.dirname
const root = resolve(here, '../..')
const out = resolve(process.argv[2] ?? join(here, 'dist'))

rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'lib'), { recursive: true })
const tsc = join(root, 'node_modules/typescript/bin/tsc')
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', join(out, 'lib')], {
  stdio: 'inherit',
})
for (const file of readdirSync(join(out, 'lib')).filter((name) => name.endsWith('.d.ts'))) {
  const path = join(out, 'lib', file) // the compiler rewrites the extensions of imports in JavaScript alone
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'"))
}

const { name, version, description, license } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Record<
  string,
  string
>
const manifest = {
  name,
  version,
  description,
  license,
  keywords: ['realtime', 'websocket', 'resume', 'reconnect', 'voice', 'openai'],
  type: 'module',
  exports: { '.': { types: './lib/index.d.ts', default: './lib/index.js' } },
  sideEffects: false,
  engines: { node: '>=20' },
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
cpSync(join(here, 'README.md'), join(out, 'README.md'))
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
