import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = 'libs/streams/src/scripts.gen.ts'
const notice = '// Generated from lua/*.lua by scripts/generate-lua.ts. Do not edit.'

/** Renders every script of `lua/` as a typed function; the header of each file is its contract. Writes nothing. */
export async function generateLua(): Promise<{ path: string; content: string }[]> {
  const shared = await readShared()
  const files = await luaFiles('lua')
  const scripts = await Promise.all(
    files.map(async (file) => render(parseScript(file, await readFile(join(root, 'lua', file), 'utf8'), shared))),
  )
  const imports = [
    "import { z } from 'zod'",
    "import { bytes, text } from './reply.ts'",
    "import { type Script, defineScript } from './script.ts'",
  ]
  const text = [`${notice}\n${imports.join('\n')}`, ...scripts].join('\n\n')
  const options = (await resolveConfig(join(root, target))) ?? {}
  return [{ path: join(root, target), content: await format(text, { ...options, parser: 'typescript' }) }]
}

/** What several scripts do, by name: Lua that a script has before its own. */
async function readShared(): Promise<Map<string, string>> {
  const parts = (await luaFiles('lua/shared')).map(async (file) => {
    const text = await readFile(join(root, 'lua/shared', file), 'utf8')
    return [basename(file, '.lua'), text.replace(/^---.*\n/gm, '').trim()] as const
  })
  return new Map(await Promise.all(parts))
}

async function luaFiles(folder: string): Promise<string[]> {
  return (await readdir(join(root, folder))).filter((name) => name.endsWith('.lua')).sort()
}

interface LuaScript {
  name: string
  doc: string[]
  keys: Field[]
  args: Field[]
  rest: Field | undefined
  returns: string
  source: string
}

interface Field {
  name: string
  type: string
}

/** Reads a script's header. Throws, naming file and line, when it is not of the known form. */
function parseScript(file: string, text: string, shared: ReadonlyMap<string, string>): LuaScript {
  const lines = text.split('\n')
  const bodyAt = lines.findIndex((line) => !line.startsWith('---'))
  const header = lines.slice(0, bodyAt)
  const script: LuaScript = {
    name: basename(file, '.lua'),
    doc: header.filter((line) => !line.startsWith('---@')).map((line) => line.slice(3).trim()),
    keys: [],
    args: [],
    rest: undefined,
    returns: '',
    source: '',
  }
  const used: string[] = []
  header.forEach((line, index) => {
    const refuse = (why: string): never => {
      throw new Error(`${file}:${index + 1}: ${why}: ${line}`)
    }
    if (!line.startsWith('---@')) return
    const match = /^---@(key|arg|rest|returns|uses)\s+(.*)$/.exec(line)
    if (match === null) return refuse('not a known tag')
    const [, tag, value = ''] = match
    if (tag === 'returns') return void (script.returns = value.trim())
    if (tag === 'uses') return void used.push(shared.get(value.trim()) ?? refuse('nothing is shared by this name'))
    const [name, type] = value.trim().split(/\s+/)
    if (name === undefined || !/^[a-z_]+$/.test(name)) return refuse('not a name')
    if (tag === 'key') return void script.keys.push({ name, type: 'string' })
    if (type === undefined || !(type in argTypes)) return refuse('not a type')
    if (tag === 'arg') script.args.push({ name, type })
    else script.rest = { name, type }
  })
  if (script.doc.length === 0) throw new Error(`${file}: the header must say what the script guarantees`)
  if (script.keys.length === 0) throw new Error(`${file}: a script works on at least one key`)
  renderReturns(script) // refuses what it does not know
  script.source = [prelude(script), ...used, lines.slice(bodyAt).join('\n').trimEnd(), ''].join('\n')
  return script
}

/** Binds the header's names, so that no script counts KEYS or ARGV. */
function prelude({ keys, args, rest }: LuaScript): string {
  const locals = [
    ...keys.map(({ name }, index) => `local ${name} = KEYS[${index + 1}]`),
    ...args.map(({ name, type }, index) => {
      const value = `ARGV[${index + 1}]`
      return `local ${name} = ${type === 'integer' ? `tonumber(${value})` : value}`
    }),
  ]
  if (rest !== undefined) {
    locals.push(
      `local ${rest.name} = {} for i = ${args.length + 1}, #ARGV do ${rest.name}[#${rest.name} + 1] = ARGV[i] end`,
    )
  }
  return locals.join(' ')
}

const argTypes = { string: 'string', bytes: 'Buffer', integer: 'number' } as const

function render(script: LuaScript): string {
  const { type, schema } = renderReturns(script)
  const keys = script.keys.map(({ name }) => `${name}: string`).join('; ')
  const fields = [...script.args, ...(script.rest === undefined ? [] : [script.rest])]
  const args = fields.map((field) => {
    const each =
      field === script.rest && field.type === 'bytes'
        ? 'string | Buffer'
        : argTypes[field.type as keyof typeof argTypes]
    return `${field.name}: ${field === script.rest ? `readonly (${each})[]` : each}`
  })
  return [
    `/**\n${script.doc.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */`,
    `export const ${functionName(script.name)}: Script<{ ${keys} }, { ${args.join('; ')} }, ${type}> = defineScript({`,
    `name: '${script.name}',`,
    `sha1: '${createHash('sha1').update(script.source).digest('hex')}',`,
    `source: ${JSON.stringify(script.source.split('\n'))}.join('\\n'),`,
    `keys: ${JSON.stringify(script.keys.map(({ name }) => name))},`,
    `args: ${JSON.stringify(fields.map(({ name }) => name))},`,
    `reply: ${schema},`,
    '})',
  ].join('\n')
}

/** `lane.ack` → `laneAck` */
function functionName(name: string): string {
  return name.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function renderReturns({ name, returns }: LuaScript): { type: string; schema: string } {
  const known: Record<string, { type: string; schema: string }> = {
    bytes: { type: 'Buffer', schema: 'bytes' },
    'string[]': { type: 'string[]', schema: 'z.array(text)' },
    'bytes[]': { type: 'Buffer[]', schema: 'z.array(bytes)' },
  }
  if (returns in known) return known[returns] as { type: string; schema: string }
  const words = returns.split('|').map((word) => word.trim())
  if (!words.every((word) => /^'[a-z_]+'$/.test(word))) throw new Error(`${name}: not a known @returns: ${returns}`)
  return { type: words.join(' | '), schema: `text.pipe(z.enum([${words.join(', ')}]))` }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, content } of await generateLua()) {
    if (!process.argv.includes('--check')) await writeFile(path, content)
    else if ((await readFile(path, 'utf8').catch(() => '')) !== content) {
      console.error(`${path} is out of date: run npm run gen`)
      process.exitCode = 1
    }
  }
}
