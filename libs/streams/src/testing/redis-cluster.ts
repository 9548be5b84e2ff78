import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type RedisProcess, redisProcess } from './redis-process.ts'
import { type StartRedisOptions, type TestRedis, storage } from './redis-server.ts'

/** A node as it is started; a replica has the slots of its master. */
interface Node {
  id: string
  port: number
  busPort: number
  /** The node whose copy it is. */
  master?: Node
  slots: string
}

/**
 * Starts a cluster of three nodes on ports of the loopback interface, each with a replica where these are asked for, and
 * resolves when it takes writes: about two seconds later, because no node does before that, whoever starts it.
 */
export async function startRedisCluster({
  persistent = false,
  replicas = false,
}: StartRedisOptions & { replicas?: boolean } = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-cluster-'))
  const nodes = await planNodes(replicas)
  const servers = await Promise.all(nodes.map((node) => prepare(folder, node, nodes, persistent)))

  const start = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.start()))
    for (let attempt = 0; !(await isWhole(servers)); attempt += 1) {
      if (attempt === 600) throw new Error('The cluster did not become whole')
      await wait(50)
    }
  }
  /** A node that answers knows who has a key. */
  const ask = async (...command: [string, ...string[]]): Promise<unknown> => {
    const server = servers.find(({ isRunning, isPaused }) => isRunning && !isPaused)
    if (server === undefined) throw new Error('No node is running')
    return server.ask(...command)
  }
  const ownerOf = async (key: string): Promise<number> => {
    const slot = Number(await ask('CLUSTER', 'KEYSLOT', key))
    const ranges = (await ask('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
    const range = ranges.find(([first, last]) => first <= slot && slot <= last)
    return nodes.findIndex(({ id }) => id === range?.[2][2])
  }
  const having = async (key: string | undefined): Promise<RedisProcess[]> =>
    key === undefined ? servers : servers.slice(await ownerOf(key)).slice(0, 1)
  const stop = async (key?: string): Promise<void> => {
    await Promise.all((await having(key)).map((server) => server.stop()))
  }
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `redis://${nodes.map(({ port }) => `${host}:${port}`).join(',')}`,
    stop,
    start,
    async restart(key) {
      await stop(key)
      await start()
    },
    async pause(key) {
      for (const server of await having(key)) server.pause()
    },
    async resume() {
      for (const server of servers) server.resume()
    },
    each: (...command) => Promise.all(servers.map((server) => server.ask(...command))),
    async keys(pattern = '*') {
      const masters = servers.filter((_, index) => nodes[index]?.master === undefined)
      return (await Promise.all(masters.map((server) => server.ask('KEYS', pattern)))).flat() as string[]
    },
    async move(key) {
      const from = await ownerOf(key)
      const to = (from + 1) % 3
      const [source, target] = [servers[from], servers[to]] as [RedisProcess, RedisProcess]
      const [sourceId, targetId, targetPort] = [nodes[from]?.id ?? '', nodes[to]?.id ?? '', String(nodes[to]?.port)]
      const slot = String(await ask('CLUSTER', 'KEYSLOT', key))
      await target.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId)
      await source.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId)
      const names = (await source.ask('CLUSTER', 'GETKEYSINSLOT', slot, '1000')) as string[]
      if (names.length > 0) await source.ask('MIGRATE', host, targetPort, '', '0', '5000', 'KEYS', ...names)
      for (const server of [target, source]) await server.ask('CLUSTER', 'SETSLOT', slot, 'NODE', targetId)
    },
    close,
  }
}

const host = '127.0.0.1'

async function planNodes(replicas: boolean): Promise<Node[]> {
  const count = replicas ? 6 : 3
  const ports = await freePorts(2 * count)
  const nodes: Node[] = []
  for (let index = 0; index < count; index += 1) {
    const [port = 0, busPort = 0] = ports.slice(2 * index)
    const [first, end] = [index, index + 1].map((third) => Math.ceil((third * 16_384) / 3))
    const role = index < 3 ? { slots: `${first}-${Number(end) - 1}` } : { slots: '', master: nodes[index - 3] as Node }
    nodes.push({ id: String(index + 1).padStart(40, '0'), port, busPort, ...role })
  }
  return nodes
}

/** Lets the node begin as if it had met the others before. */
async function prepare(folder: string, node: Node, nodes: Node[], persistent: boolean): Promise<RedisProcess> {
  const dir = join(folder, node.id)
  const lines = nodes.map(({ id, port, busPort, master, slots }, index) => {
    const flags = `${id === node.id ? 'myself,' : ''}${master ? 'slave' : 'master'}`
    return `${id} ${host}:${port}@${busPort} ${flags} ${master?.id ?? '-'} 0 0 ${(index % 3) + 1} connected ${slots}`
  })
  await mkdir(dir)
  await writeFile(join(dir, 'nodes.conf'), [...lines, 'vars currentEpoch 3 lastVoteEpoch 0', ''].join('\n'))
  const settings = {
    bind: host,
    port: String(node.port),
    'cluster-enabled': 'yes',
    'cluster-port': String(node.busPort),
    'cluster-node-timeout': '2000',
    'repl-diskless-sync-delay': '0',
    dir,
    ...storage(persistent),
  }
  return redisProcess({ settings, at: { host, port: node.port } })
}

/** Below those that the system gives to outgoing connections, so that they stay free while a node is down. */
async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const holder = createServer()
    holder.on('error', () => resolve(false))
    holder.listen(port, host, () => holder.close(() => resolve(true)))
  })
}

/** Whether every node takes commands for all slots, and replicas have what their masters have. */
async function isWhole(servers: RedisProcess[]): Promise<boolean> {
  const infos = await Promise.all(
    servers.map(async (server) =>
      [await server.ask('CLUSTER', 'INFO'), await server.ask('INFO', 'replication')].join(),
    ),
  )
  return infos.every((info) => info.includes('cluster_state:ok') && !info.includes('master_link_status:down'))
}
