import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { fetchPrometheus, type PrometheusPrograms, type RunningPrometheus } from './support/prometheus.ts'
import { type Kind, type Stack, startStack } from './support/stack.ts'
import { recording } from './support/recordings.ts'
import { speak } from './support/speech.ts'

const ops = fileURLToPath(new URL('../../../ops/', import.meta.url))
const patient = { timeout: 60_000, interval: 500 }

let stack: Stack
let programs: PrometheusPrograms | { missing: string }
let prometheus: RunningPrometheus | undefined

/** An installation that has had a spoken turn, a failed event and a refused client, and whoever reads its metrics. */
beforeAll(async () => {
  programs = await fetchPrometheus()
  if ('missing' in programs) return
  stack = await startStack({ count: { stt: 0, llm: 0, tts: 0 }, env: { VOICEBOX_METRICS_TENANTS: '["default"]' } })
  const targets = [{ job: 'voicebox-gateway', address: new URL(stack.ws()).host }]
  for (const kind of ['stt', 'llm', 'tts', 'housekeeper'] satisfies Kind[]) {
    const port = await freePort()
    await stack.start(kind, { VOICEBOX_WORKER_PORT: String(port) })
    targets.push({ job: 'voicebox-workers', address: `127.0.0.1:${port}` })
  }
  prometheus = await programs.serve(targets)
  await vi.waitFor(async () => expect(await prometheus?.query('up == 1')).toHaveLength(5), patient)
  await converse()
}, 300_000)
afterAll(async () => {
  await prometheus?.close()
  if ('close' in programs) await programs.close()
  await stack?.close()
})

/** Twice, since a rate is only told from the second sample on. */
async function converse(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    const client: Client = await connect(stack.ws())
    await client.next('session.created')
    client.send({ type: 'no.such.event' })
    await client.next('error')
    await speak(client, await recording('what time is it'))
    await client.next('response.done')
    await client.close()
    await (
      await connect(stack.ws(), { query: '?session_id=sess_none' })
    ).closed
    await new Promise((resolve) => setTimeout(resolve, 2_500)) // so that Prometheus has read it
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Dashboard {
  title: string
  panels: { title: string; targets: { expr: string }[] }[]
}

const dashboards = globSync('grafana/dashboards/*.json', { cwd: ops }).map((path) => ({
  path,
  ...(JSON.parse(readFileSync(`${ops}${path}`, 'utf8')) as Dashboard),
}))
const queries = dashboards.flatMap(({ path, panels }) =>
  panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [path, title, expr] as const)),
)

/** What there is none of in an installation that is well. */
const mayBeEmpty = ['outcome!="done"', 'status="failed"']

describe('A dashboard', () => {
  it('is there for each part', () => {
    const names = dashboards.map(({ path }) => /(\w+)\.json$/.exec(path)?.[1]).sort()
    expect(names).toEqual(['gateway', 'llm', 'overview', 'stt', 'tenants', 'tts'])
  })

  it.for(queries)('%s asks, for “%s”, what the program tells', async ([, , expr], ctx) => {
    if (prometheus === undefined) return ctx.skip('Not run: there is no Prometheus.')
    const asked = expr.replaceAll('$__rate_interval', '1m')
    const found = await prometheus.query(asked)
    if (!mayBeEmpty.some((part) => expr.includes(part))) expect(found).not.toEqual([])
  })
})

describe('The rules of Prometheus', () => {
  const rules = `${ops}prometheus/rules/`

  it('are valid, and fire when they shall and not otherwise', async (ctx) => {
    if ('missing' in programs) return ctx.skip(`Not run: ${programs.missing}.`)
    await programs.promtool('check', 'config', '--syntax-only', `${ops}prometheus/prometheus.yml`)
    await programs.promtool('check', 'rules', `${rules}voicebox.rules.yml`)
    expect(await programs.promtool('test', 'rules', `${rules}voicebox.test.yml`)).toContain('SUCCESS')
  })

  it('ask for what the program tells', async (ctx) => {
    if (prometheus === undefined) return ctx.skip('Not run: there is no Prometheus.')
    const asked = new Set(readFileSync(`${rules}voicebox.rules.yml`, 'utf8').match(/\b(voicebox|nodejs)_[a-z0-9_]+/g))
    const told = await prometheus.query('count by (__name__) ({__name__=~"voicebox_.*|nodejs_.*"})')
    const names = new Set(told.map(({ metric }) => metric['__name__']))
    expect([...asked].filter((name) => !names.has(name))).toEqual([])
  })
})
