import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The programs of Prometheus, in a folder of their own. */
export interface PrometheusPrograms {
  promtool(...args: string[]): Promise<string>
  /** Scrapes these addresses every second, until it is closed. */
  serve(targets: readonly { job: string; address: string }[]): Promise<RunningPrometheus>
  close(): Promise<void>
}

export interface RunningPrometheus {
  /** The series that the expression gives now, each with its labels. */
  query(expr: string): Promise<{ metric: Record<string, string>; value: number }[]>
  close(): Promise<void>
}

/** Fetches Debian's package and unpacks it, without installing it; where that cannot be done here, answers why. */
export async function fetchPrometheus(): Promise<PrometheusPrograms | { missing: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-prometheus-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const bin = join(folder, 'usr', 'bin')
  try {
    const download = (): Promise<unknown> =>
      run('apt-get', ['download', '-q', 'prometheus'], { cwd: folder, timeout: 120_000 })
    await download().catch(async () => {
      await run('apt-get', ['update', '-q'], { timeout: 120_000 }) // nothing was ever fetched here, or that is long ago
      await download()
    })
    const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.deb'))
    await run('dpkg-deb', ['-x', join(folder, file), folder])
  } catch (error) {
    await close()
    return { missing: `Debian's package prometheus cannot be fetched (${String(error).split('\n', 1)[0]})` }
  }
  return {
    promtool: async (...args) => (await run(join(bin, 'promtool'), args, { timeout: 60_000 })).stdout,
    serve: (targets) => serve(join(bin, 'prometheus'), folder, targets),
    close,
  }
}

async function serve(
  program: string,
  folder: string,
  targets: readonly { job: string; address: string }[],
): Promise<RunningPrometheus> {
  const data = join(folder, 'data')
  const config = join(folder, 'prometheus.json') // which is YAML
  await mkdir(data, { recursive: true })
  const scrape_configs = targets.map(({ job, address }, at) => ({
    job_name: `${job}-${at}`,
    static_configs: [{ targets: [address], labels: { job } }],
  }))
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs }))
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--web.listen-address=127.0.0.1:0']
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const address = await listeningAt(child.stderr)
  return {
    async query(expr) {
      const answer = await fetch(`http://${address}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expr }),
      })
      const { status, error, data: found } = (await answer.json()) as Answer
      if (status !== 'success') throw new Error(`${expr}: ${error}`)
      return found.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

interface Answer {
  status: string
  error?: string
  data: { result: { metric: Record<string, string>; value: [number, string] }[] }
}

/** Reads its log until it says where it listens, and to no purpose from then on: who writes it would wait for a reader. */
function listeningAt(log: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    log.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-10_000)
      const address = /msg="Listening on" address=(\S+)/.exec(said)?.[1]
      if (address !== undefined) resolve(address)
    })
    log.once('end', () => reject(new Error(`Prometheus has ended: ${said.slice(-500)}`)))
  })
}
