import { parseArgs } from 'node:util'

export const targetNames = ['parser', 'core', 'driver', 'cuts'] as const
export type TargetName = (typeof targetNames)[number]

export interface FuzzArguments {
  targets: readonly TargetName[]
  /** For each of the targets. */
  seconds: number
  seed: number
}

export const usage = `npm run fuzz -- [${targetNames.join('|')}]… [--seconds N] [--seed S]`

/** Reads the command line; answers what is wrong with it where something is. */
export function readArguments(args: readonly string[]): FuzzArguments | { wrong: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      },
    })
    const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
    for (const [name, number] of Object.entries({ seconds, seed }))
      if (!Number.isSafeInteger(number) || number < 0) return { wrong: `--${name} must be a whole number` }
    const unknown = positionals.filter((name) => !isTarget(name))
    if (unknown.length > 0) return { wrong: `There is no target ${unknown.join(', ')}` }
    const asked = positionals.filter(isTarget)
    return { targets: asked.length > 0 ? asked : targetNames, seconds, seed }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}

function isTarget(name: string): name is TargetName {
  return (targetNames as readonly string[]).includes(name)
}
