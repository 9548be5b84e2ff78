import { readdir, readFile } from 'node:fs/promises'
import { type Member, members } from '../chaos/plan/members.ts'
import type { Stage } from '../chaos/stage/stage.ts'

/** What could grow, by a name that says of whom and in what unit. */
export type Vitals = Readonly<Record<string, number>>

/** Looks at all processes of an installation, and into its Redis. */
export async function takeVitals(stage: Stage): Promise<Vitals> {
  const names = Object.values(members).flatMap((ofKind): readonly Member[] => ofKind)
  const processes = await Promise.all(names.map((name) => vitalsOf(name, stage.process(name).pid)))
  const all = [...processes, await vitalsOfRedis(stage)]
  return Object.fromEntries(all.flatMap((vitals) => Object.entries(vitals)))
}

async function vitalsOf(name: Member, pid: number | null): Promise<Vitals> {
  if (pid === null) throw new Error(`${name} does not run`)
  const [status, handles] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)])
  return {
    [`${name} memory, MB`]: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024,
    [`${name} threads`]: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]),
    [`${name} open files`]: handles.length,
  }
}

async function vitalsOfRedis({ redis }: Stage): Promise<Vitals> {
  const [memory, clients, keys] = await Promise.all([
    redis.ask('INFO', 'memory'),
    redis.ask('INFO', 'clients'),
    redis.ask('DBSIZE'),
  ])
  return {
    'redis memory, MB': Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) / (1 << 20),
    'redis clients': Number(/^connected_clients:(\d+)/m.exec(clients)?.[1]),
    'redis keys': Number(/\d+/.exec(keys)?.[0]),
  }
}
