import { openScope, silentLog, sleep } from '@voicebox/kernel'
import { openRedis } from '@voicebox/streams'
import { makeStub as makeModel } from '../../../workers/llm/src/providers/stub/stub.ts'
import { makeStub as makeRecognizer } from '../../../workers/stt/src/engines/stub/stub.ts'
import { openStub as openSynthesizer } from '../../../workers/tts/src/engines/stub/stub.ts'
import { startDriver } from '../driver/driver.ts'
import type { TalkRequest, Turns } from '../driver/messages.ts'
import type { Bench } from '../measure.ts'
import { openStage } from '../stage.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const reply = 'It is twenty past nine.'
const stub = { sttMs: 50, firstTokenMs: 50, tokensPerSecond: 1_000, ttsFirstByteMs: 50, ttsRealtimeFactor: 0.1, reply }
const sessionCounts = [1, 50, 100, 200]
const turnEveryMs = 8_000
/** One session takes as many turns as it can meanwhile. */
const alone: TalkRequest = { seconds: 20, everyMs: 2_500 }
const together: TalkRequest = { seconds: 20, everyMs: turnEveryMs }
const bearableMs = 20

/**
 * What the gateway, the lanes and the workers add to a turn: from the commit to the first audio, less what the stub engines take
 * when they are called one after another in one process. Once with clients that commit themselves, and once with clients that
 * stream without pause and let voice activity end their turns.
 */
export async function measureLatency({ say }: Bench): Promise<readonly Table[]> {
  const stubsMs = await stubTime()
  const scope = openScope()
  const rows: Cell[][] = []
  let bearable: number | null = null
  let pingMs: number | null = null
  try {
    const driver = scope.use(await startDriver())
    const stage = scope.use(await openStage(stub))
    pingMs = await roundTrip(stage.redisUrl)
    for (const how of ['commits', 'streams'] as const) {
      for (const sessions of sessionCounts) {
        say(`latency: ${sessions} ${sessions === 1 ? 'client that' : 'clients,'} ${how}`)
        const turn_detection = how === 'commits' ? null : { type: 'server_vad', silence_duration_ms: 300 }
        const session = { type: 'realtime', audio: { input: { turn_detection } } }
        await driver.act('open', { url: stage.url, key: stage.key, sessions, session })
        const asked = sessions === 1 ? alone : together
        const act = how === 'commits' ? 'talk' : 'converse'
        if (rows.length === 0) await driver.act(act, asked) // to be warm
        await stage.stalledMs()
        const before = await stage.cpu()
        const turns: Turns = await driver.act(act, asked)
        const after = await stage.cpu()
        const stalledMs = await stage.stalledMs()
        await sleep(1_500) // answers that are still being given
        await driver.act('close', {})
        const added = turns.firstAudioMs.map((ms) => ms - stubsMs)
        const p99 = percentile(added, 0.99)
        if (how === 'streams' && p99 !== null && p99 <= bearableMs) bearable = sessions
        rows.push([
          how === 'commits' ? 'commit themselves' : 'stream, and are heard',
          sessions,
          added.length,
          percentile(added, 0.5),
          p99,
          percentile(turns.verdictMs, 0.5),
          percentile(turns.verdictMs, 0.99),
          (after.gateway - before.gateway) / asked.seconds,
          stalledMs,
          turns.errors,
        ])
      }
    }
  } finally {
    await scope.close()
  }
  return [
    {
      title: 'Added latency: from the end of a turn to its first audio, less the stubs',
      columns: [
        'clients',
        'sessions',
        'turns',
        'added p50, ms',
        'added p99, ms',
        'verdict p50, ms',
        'verdict p99, ms',
        'gateway, cores',
        'longest stall of its loop, ms',
        'errors',
      ],
      rows,
      notes: [
        `The stubs take ${stubsMs.toFixed(1)} ms one after another in one process (STT 50, first token 50, first audio 50, five tokens and a tenth of a chunk).`,
        `A PING to the same Redis, from a process that does nothing else, takes ${pingMs?.toFixed(2) ?? '–'} ms (p50); a turn has some thirteen such exchanges one after another.`,
        `Each session takes a turn every ${turnEveryMs / 1_000} s; one alone every 2.5 s. Frames of 40 ms in real time; everything on one machine, the clients too.`,
        'verdict: from when the frame was sent with which the silence was long enough to `speech_stopped`; in the clients that stream it is part of what is added.',
        bearable === null
          ? `With no number of sessions that stream was the p99 within ${bearableMs} ms.`
          : `The most sessions of these that stream with a p99 within ${bearableMs} ms: ${bearable}.`,
      ],
    },
  ]
}

/** How long Redis takes to answer who asks now and then, which is how turns ask. */
async function roundTrip(url: string): Promise<number | null> {
  const redis = await openRedis({ url, name: 'bench', log: silentLog, signal: AbortSignal.timeout(10_000) })
  const times: number[] = []
  for (let at = 0; at < 100; at += 1) {
    await sleep(20)
    const fromMs = performance.now()
    await redis.commands.ping()
    times.push(performance.now() - fromMs)
  }
  await redis.close()
  return percentile(times, 0.5)
}

/** How long the stubs take, called as plainly as can be. */
async function stubTime(): Promise<number> {
  const never = new AbortController().signal
  const recognizer = makeRecognizer({ transcript: 'what time is it', sttMs: stub.sttMs })
  const model = makeModel({ type: 'stub', name: 'stub', ...stub })
  const synthesizer = openSynthesizer(stub)
  const times: number[] = []
  for (let at = 0; at < 30; at += 1) {
    const fromMs = performance.now()
    for await (const heard of recognizer.recognize({ audio: noAudio(), signal: never })) void heard
    for await (const said of model.generate({ instructions: '', context: [], signal: never })) void said
    for await (const chunk of synthesizer.synthesize({ text: reply, voice: 'alloy', speed: 1, signal: never })) {
      void chunk
      break
    }
    times.push(performance.now() - fromMs)
  }
  return percentile(times, 0.5) ?? Number.NaN
}

async function* noAudio(): AsyncGenerator<Int16Array> {
  yield new Int16Array(640)
}
