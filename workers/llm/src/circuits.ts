import { createHash } from 'node:crypto'
import type { Closable } from '@voicebox/kernel'
import { makeLru } from '@voicebox/tenancy'
import { type Circuit, type CircuitOptions, makeCircuit } from './circuit.ts'

/** The circuits of one provider: one for the installation's key, and one for each other that it is asked with. */
export interface Circuits extends Closable {
  /** Undefined: of the installation's key. */
  of(key: string | undefined): Circuit
}

/** Beyond so many keys the circuit of the one that was not used for the longest is forgotten, and begins closed again. */
const maxKeys = 1_000

export function makeCircuits(options: CircuitOptions): Circuits {
  const { onState: _, ...others } = options // who looks at a provider's circuit means the one that all share
  const common = makeCircuit(options)
  const own = makeLru<string, Circuit>(maxKeys)
  return {
    of(key) {
      if (key === undefined) return common
      const name = createHash('sha256').update(key).digest('hex') // no key is kept longer than it is used
      const known = own.get(name)
      if (known !== undefined) return known
      const made = makeCircuit(others)
      void own.set(name, made)?.close()
      return made
    },
    async close() {
      for (const circuit of [common, ...own.values()]) await circuit.close()
    },
  }
}
