import { openScope, sleep } from '@voicebox/kernel'
import { startChild } from '../child.ts'
import type { ClipName } from '../driver/clips.ts'
import { type Driver, startDriver } from '../driver/driver.ts'
import type { Bench } from '../measure.ts'
import { cpuSeconds, residentBytes } from '../process-use.ts'
import { type Part, openStage, parts } from '../stage.ts'
import type { Cell, Table } from '../table.ts'

const sessions = 50
const seconds = 15
const idleSessions = 1_000
const kinds = ['nothing', 'silence', 'speech', 'answer'] as const
type Kind = (typeof kinds)[number]

/** The client finds no turns itself, and nobody answers what the server finds. */
const heard = {
  type: 'realtime',
  audio: { input: { turn_detection: { type: 'server_vad', create_response: false, silence_duration_ms: 500 } } },
}
const stub = { sttMs: 50, firstTokenMs: 50, tokensPerSecond: 200, ttsFirstByteMs: 50, ttsRealtimeFactor: 1 }
const reply = 'This is one sentence of a long answer that nobody asked for. '.repeat(20)

/** What a session costs while it is connected, streams silence or speech, or is answered: CPU by process, beside a bare echo, and memory. */
export async function measureDensity({ say }: Bench): Promise<readonly Table[]> {
  const scope = openScope()
  try {
    const driver = scope.use(await startDriver())
    say('density: the floor')
    const floor = scope.use(await startChild(new URL('../floor/main.ts', import.meta.url)))
    const floorAt = { url: floor.url, key: '', isBare: true }
    const play = JSON.stringify({ everyMs: 100, seconds })
    const floorCost = new Map<Kind, number>()
    for (const kind of kinds) {
      await driver.act('open', { ...floorAt, sessions })
      const before = await cpuSeconds(floor.pid)
      const minutes = await keepBusy(driver, kind, play)
      floorCost.set(kind, ((await cpuSeconds(floor.pid)) - before) / minutes)
      await driver.act('close', {})
    }
    const floorBytes = await bytesEach(driver, floorAt, () => residentBytes(floor.pid))

    const stage = scope.use(await openStage({ ...stub, reply }))
    const us = { url: stage.url, key: stage.key }
    const cost = new Map<Kind, Record<Part, number>>()
    const stalls = new Map<Kind, number>()
    for (const kind of kinds) {
      say(`density: ${kind}`)
      await driver.act('open', { ...us, sessions, session: heard })
      await sleep(1_000)
      await stage.stalledMs()
      const before = await stage.cpu()
      const minutes = await keepBusy(driver, kind, JSON.stringify({ type: 'response.create' }))
      const after = await stage.cpu()
      stalls.set(kind, await stage.stalledMs())
      const used = parts.map((part) => [part, (after[part] - before[part]) / minutes] as const)
      cost.set(kind, Object.fromEntries(used) as Record<Part, number>)
      await driver.act('close', {})
    }
    say(`density: ${idleSessions} sessions that say nothing`)
    const bytes = await bytesEach(driver, us, () => stage.gatewayBytes())
    const rows = kinds.map((kind): Cell[] => {
      const used = cost.get(kind)
      const least = floorCost.get(kind) ?? 0
      const gateway = used?.gateway ?? 0
      return [
        names[kind],
        ...parts.map((part) => used?.[part] ?? null),
        least,
        least > 0 ? gateway / least : null,
        gateway > 0 ? Math.floor(60 / gateway) : null,
        stalls.get(kind) ?? null,
      ]
    })
    return [
      {
        title: `CPU seconds of a session-minute (${sessions} sessions for ${seconds} s, stub engines)`,
        columns: [
          'a minute of',
          ...parts,
          'floor',
          'gateway / floor',
          'sessions a gateway core',
          'longest stall of its loop, ms',
        ],
        rows,
        notes: [
          'floor: uWebSockets alone, which gives every frame back as it came; in an answer it sends deltas of the same size, made before, ten a second.',
          'Silence is hiss at −60 dB; voice activity detection is on in silence and in speech. CPU time counts in steps of 10 ms, all threads.',
        ],
      },
      {
        title: `Memory of ${idleSessions} sessions that say nothing`,
        columns: ['', 'MB above the base', 'kB a session'],
        rows: [
          ['gateway', (bytes * idleSessions) / 2 ** 20, bytes / 1_024],
          ['floor', (floorBytes * idleSessions) / 2 ** 20, floorBytes / 1_024],
        ],
      },
    ]
  } finally {
    await scope.close()
  }
}

const names: Record<Kind, string> = {
  nothing: 'nothing (connected)',
  silence: 'silence',
  speech: 'speech',
  answer: 'answer',
}

/** Answers how many session-minutes it came to; of answers, how many minutes of audio. */
async function keepBusy(driver: Driver, kind: Kind, request: string): Promise<number> {
  if (kind === 'answer') return (await driver.act('listen', { request, seconds })).audioMs / 60_000
  if (kind === 'nothing') await sleep(seconds * 1_000)
  else await driver.act('stream', { clip: kind satisfies ClipName, seconds })
  return (sessions * seconds) / 60
}

async function bytesEach(
  driver: Driver,
  at: { url: string; key: string; isBare?: boolean },
  bytes: () => Promise<number>,
): Promise<number> {
  await sleep(2_000)
  const before = await bytes()
  await driver.act('open', { ...at, sessions: idleSessions })
  await sleep(3_000)
  const after = await bytes()
  await driver.act('close', {})
  return (after - before) / idleSessions
}
