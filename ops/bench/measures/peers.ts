import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openScope } from '@voicebox/kernel'
import { startChild } from '../child.ts'
import { type Driver, startDriver } from '../driver/driver.ts'
import type { Bench } from '../measure.ts'
import { cpuSeconds } from '../process-use.ts'
import { openStage } from '../stage.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const run = promisify(execFile)
/** Turns are found, and nobody answers them. */
const unanswered = {
  type: 'realtime',
  audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } },
}
const chatters = 10
const streamers = 50
const seconds = 10
/** An OpenAI-compatible mock that speaks the Realtime protocol in text. */
const aimock = { name: '@copilotkit/aimock', version: '1.43.0' }
const stub = { sttMs: 0, firstTokenMs: 0, tokensPerSecond: 100_000, ttsFirstByteMs: 0, ttsRealtimeFactor: 0 }
const reply = 'It is twenty past nine.'

/**
 * The same clients with us and with other servers that speak the Realtime protocol: how soon a connection is there, how soon an
 * answer in text comes that costs no time to think of, and what a frame of audio costs.
 */
export async function measurePeers({ say, peers }: Bench): Promise<readonly Table[]> {
  const scope = openScope()
  const notes: string[] = []
  try {
    const driver = scope.use(await startDriver())
    const rows: Cell[][] = []
    say('peers: ourselves')
    const stage = scope.use(await openStage({ ...stub, reply }))
    const ourCpu = async (): Promise<number> => Object.values(await stage.cpu()).reduce((sum, part) => sum + part, 0)
    rows.push(['AgentVoiceBox, all its processes', ...(await tryOut(driver, stage.url, stage.key, ourCpu))])
    say(`peers: ${aimock.name}`)
    const folder = await install(aimock.name, aimock.version).catch((error: unknown) => {
      notes.push(`${aimock.name} could not be installed: ${String(error).split('\n')[0] ?? ''}`)
      return null
    })
    if (folder !== null) {
      const mock = scope.use(await startChild(new URL('../mock/main.ts', import.meta.url), [folder, reply]))
      const url = `${mock.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`
      const figures = await tryOut(driver, url, 'none', () => cpuSeconds(mock.pid))
      rows.push([`${aimock.name} ${aimock.version}, a mock in one process`, ...figures])
    }
    for (const { name, url } of peers) {
      say(`peers: ${name}`)
      rows.push([name, ...(await tryOut(driver, url, process.env['VOICEBOX_PEER_KEY'] ?? 'none', null))])
    }
    return [
      {
        title: 'Peers, with the same clients',
        columns: [
          '',
          'connected p50, ms',
          `${chatters} sessions: turns a second`,
          'first text p50, ms',
          'p99, ms',
          'CPU of a turn, ms',
          'CPU of a frame of speech, µs',
          'errors',
        ],
        rows,
        notes: [
          'A turn is a message, a `response.create` for text and its whole answer, one after another in each session. Nothing is kept for good.',
          `A frame is 40 ms of speech in an \`input_audio_buffer.append\`, from ${streamers} sessions in real time, with \`server_vad\` and no answers: we listen for turns, keep the audio and have it written down, aimock takes no notice of it.`,
          ...notes,
        ],
      },
    ]
  } finally {
    await scope.close()
  }
}

async function tryOut(driver: Driver, url: string, key: string, cpu: (() => Promise<number>) | null): Promise<Cell[]> {
  const { connectMs } = await driver.act('open', { url, key, sessions: chatters })
  await driver.act('chat', { seconds: 2 }) // to be warm
  const [fromCpu, fromMs] = [await cpu?.(), performance.now()]
  const { firstTextMs, doneMs, errors } = await driver.act('chat', { seconds })
  const [toCpu, toMs] = [await cpu?.(), performance.now()]
  await driver.act('close', {})
  await driver.act('open', { url, key, sessions: streamers, session: unanswered })
  const beforeFrames = await cpu?.()
  const { frames } = await driver.act('stream', { clip: 'speech', seconds })
  const afterFrames = await cpu?.()
  await driver.act('close', {})
  const spent = (from: number | undefined, to: number | undefined): number => (to ?? Number.NaN) - (from ?? Number.NaN)
  return [
    percentile(connectMs, 0.5),
    (doneMs.length / (toMs - fromMs)) * 1_000,
    percentile(firstTextMs, 0.5),
    percentile(firstTextMs, 0.99),
    (spent(fromCpu, toCpu) / doneMs.length) * 1_000,
    (spent(beforeFrames, afterFrames) / frames) * 1e6,
    errors,
  ]
}

/** Installs a package beside the project's own, once; answers the folder that has it. */
async function install(name: string, version: string): Promise<string> {
  const folder = join(process.cwd(), '.voicebox', 'peers', name.replaceAll('/', '-'))
  try {
    const installed = createRequire(join(folder, 'x'))(join(folder, 'node_modules', name, 'package.json')) as {
      version: string
    }
    if (installed.version === version) return folder
  } catch {
    // it is not there yet
  }
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`], {
    timeout: 120_000,
  })
  return folder
}
