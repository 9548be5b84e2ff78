import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '@voicebox/config'
import { Failure } from '@voicebox/kernel'
import { type Running, readRunning } from '../data-dir/running-file.ts'

export interface Talk {
  input: string
  output: string | undefined
  /** The wss URL of the Realtime endpoint, without its model. */
  url: string
  key: string
  model: string
  /** Asks for a waterfall of the turn. */
  wantsWaterfall: boolean
  /** PEM of the certificate to trust beside those of the system. */
  certificate: string | undefined
}

/** Reads the command line. Without `--url` it is the voicebox that runs on this data directory. */
export function parseTalkArguments(args: string[], env: NodeJS.ProcessEnv): Talk | 'help' | 'version' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const [input, output, ...more] = positionals
  if (input === undefined) throw wrong('Which WAV? Usage: npm run talk -- <in.wav> [out.wav]')
  if (more.length > 0) throw wrong(`Too many arguments: ${more.join(' ')}`)

  const { config } = loadConfig(env, ['dataDir', 'apiKey'])
  const running = readRunning(config.dataDir)
  // npm runs scripts in the repository's root; INIT_CWD is where the user stood.
  const fromUser = (path: string): string => resolve(env.INIT_CWD ?? '.', path)
  return {
    input: fromUser(input),
    output: output === undefined ? undefined : fromUser(output),
    url: secureUrl(values.url, running),
    key: values.key ?? config.apiKey,
    model: values.model,
    wantsWaterfall: values.waterfall,
    certificate: readCertificate(running?.certFile),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        key: { type: 'string' },
        model: { type: 'string', default: 'gpt-realtime' },
        waterfall: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    throw wrong(`${(error as Error).message} (npm run talk -- --help)`)
  }
}

/** The official client dials wss only; the plain URL of our own voicebox stands for its secure one. */
function secureUrl(given: string | undefined, running: Running | undefined): string {
  const own = running?.urls.find((url) => url.startsWith('wss:'))
  if (given === undefined || running?.urls.includes(given)) {
    if (own !== undefined) return own
    throw new Failure(
      'client',
      'no_server',
      'No voicebox runs here: start one with npm start, or name one with --url. One with another data directory is found by VOICEBOX_DATA_DIR.',
    )
  }
  if (!URL.canParse(given) || new URL(given).protocol !== 'wss:') {
    throw wrong(`--url: ${given} is not a wss:// URL, and the official client dials nothing else.`)
  }
  return given
}

function readCertificate(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const wrong = (message: string): Failure => new Failure('client', 'invalid_arguments', message)
