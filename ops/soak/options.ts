import { parseArgs } from 'node:util'

export interface SoakArguments {
  minutes: number
  sessions: number
  seed: number
  /** Where the report goes as JSON. */
  json: string | null
}

export const usage = 'npm run soak -- [--minutes N] [--sessions N] [--seed S] [--json file]'

/** Reads the command line; answers what is wrong with it where something is. */
export function readArguments(args: readonly string[]): SoakArguments | { wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '30' },
        sessions: { type: 'string', default: '12' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        json: { type: 'string' },
      },
    })
    const [minutes, sessions, seed] = [Number(values.minutes), Number(values.sessions), Number(values.seed)]
    if (!(minutes > 0)) return { wrong: '--minutes must be a number above 0' }
    for (const [name, number] of Object.entries({ sessions, seed }))
      if (!Number.isSafeInteger(number) || number < 0) return { wrong: `--${name} must be a whole number` }
    return { minutes, sessions, seed, json: values.json ?? null }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}
