import { parseArgs } from 'node:util'
import type { Peer } from './measure.ts'

export interface BenchArguments {
  /** What is measured; none: all that takes no long time. */
  names: readonly string[]
  /** The folder that gets the results. */
  out: string
  peers: readonly Peer[]
  items: number
}

export const usage = `npm run bench -- [name …] [--out folder] [--peer name=url …] [--items N]
  --out    gets bench.json and bench.md (.voicebox/bench)
  --peer   another server that speaks the Realtime protocol, say local=ws://127.0.0.1:9000/v1/realtime?model=x; its key is in VOICEBOX_PEER_KEY
  --items  how many items the history is filled with that is read in \`history\` (10000000)`

/** Reads the command line; answers what is wrong with it where something is. */
export function readArguments(args: readonly string[], known: readonly string[]): BenchArguments | { wrong: string } {
  try {
    const { values, positionals: names } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string', default: '.voicebox/bench' },
        peer: { type: 'string', multiple: true, default: [] },
        items: { type: 'string', default: '10000000' },
      },
    })
    const unknown = names.filter((name) => !known.includes(name))
    if (unknown.length > 0)
      return { wrong: `There is no measurement ${unknown.join(', ')}: there are ${known.join(', ')}` }
    const items = Number(values.items)
    if (!Number.isSafeInteger(items) || items < 1)
      return { wrong: `--items must be a whole number above 0, not '${values.items}'` }
    const peers: Peer[] = []
    for (const peer of values.peer) {
      const [, name, url] = /^([^=]+)=(wss?:\/\/.+)$/.exec(peer) ?? []
      if (name === undefined || url === undefined) return { wrong: `--peer must be name=ws://…, not '${peer}'` }
      peers.push({ name, url })
    }
    return { names, out: values.out, peers, items }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}
