import { parseArgs } from 'node:util'
import { type FaultKind, faultKinds } from './plan/faults.ts'

export interface ChaosArguments {
  seed: number
  seconds: number
  sessions: number
  kinds: readonly FaultKind[]
  /** Where the report goes as JSON. */
  json: string | null
}

export const usage = `npm run chaos -- [--seconds N] [--seed S] [--sessions N] [--faults a,b,…] [--json file]
  faults: ${faultKinds.join(', ')}, or none`

/** Reads the command line; answers what is wrong with it where something is. */
export function readArguments(args: readonly string[]): ChaosArguments | { wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        sessions: { type: 'string', default: '12' },
        faults: { type: 'string', default: faultKinds.join() },
        json: { type: 'string' },
      },
    })
    const names = values.faults === 'none' ? [] : values.faults.split(',')
    const unknown = names.filter((name) => !isFaultKind(name))
    if (unknown.length > 0) return { wrong: `There is no fault ${unknown.join(', ')}` }
    const [seconds, seed, sessions] = [Number(values.seconds), Number(values.seed), Number(values.sessions)]
    for (const [name, number] of Object.entries({ seconds, seed, sessions }))
      if (!Number.isSafeInteger(number) || number < 0) return { wrong: `--${name} must be a whole number` }
    return { seconds, seed, sessions, kinds: names.filter(isFaultKind), json: values.json ?? null }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}

function isFaultKind(name: string): name is FaultKind {
  return (faultKinds as readonly string[]).includes(name)
}
