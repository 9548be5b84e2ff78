import { concatSamples } from '@voicebox/audio'
import { type Closable, type Failure, silentLog, sleep, systemClock } from '@voicebox/kernel'
import {
  consumeLane,
  enqueue,
  type GenerateJob,
  type JobContext,
  loadItems,
  readAudio,
  type Redis,
  type SynthesizeJob,
  type TranscribeJob,
} from '@voicebox/streams'
import { answerTo, levelsIn, piecesOf, spoken } from './script.ts'

export interface WorkersOptions {
  /** How long a worker takes for each thing that it says. */
  paceMs?(): number
  /** Whether segments are spoken while the answer goes on; else they wait for its end, so that all comes in one order. */
  isEager?: boolean
}

/** Workers on real lanes that answer as they are told, so that what they say is known beforehand. */
export interface ScriptedWorkers extends Closable {
  /** The audio of every utterance that was transcribed, the latest attempt at it, by item. */
  readonly heard: ReadonlyMap<string, Int16Array>
  /** How often each job was begun. */
  readonly begun: ReadonlyMap<string, number>
  close(): Promise<void>
}

export function startWorkers(
  redis: Redis,
  { paceMs = () => 0, isEager = false }: WorkersOptions = {},
): ScriptedWorkers {
  const heard = new Map<string, Int16Array>()
  const begun = new Map<string, number>()
  const count = ({ id }: { id: string }): void => void begun.set(id, (begun.get(id) ?? 0) + 1)
  const pause = async (signal: AbortSignal): Promise<void> => {
    const ms = paceMs()
    if (ms > 0) await sleep(ms, signal)
  }

  async function transcribe(job: TranscribeJob, { signal, emit }: JobContext): Promise<void> {
    const { itemId, peekMs } = job
    const parts: Int16Array[] = []
    if (peekMs !== undefined) return void (await emit({ kind: 'transcript_peeked', itemId, text: '', audioMs: peekMs }))
    for await (const part of readAudio(redis, job, itemId, { signal })) parts.push(part)
    if (signal.aborted) return
    const samples = concatSamples(parts)
    heard.set(itemId, samples)
    await pause(signal)
    const text = `${samples.length}: ${levelsIn(samples).join(' ')}`
    await emit({ kind: 'transcript_final', itemId, text, audioMs: samples.length / 16 })
  }

  async function generate(job: GenerateJob, { signal, emit, leftMs }: JobContext): Promise<void> {
    const { responseId, sessionId, tenantId, traceId, speech } = job
    const { say = [], call, isEndless = false } = answerTo(await wordsFor(redis, job))
    const speak = async (text: string, segment: number): Promise<void> => {
      if (speech === undefined) return
      const { engine, ...how } = speech
      const id = `job_${responseId.slice('resp_'.length)}_${segment}` as const
      const about = { id, sessionId, tenantId, traceId, deadlineMs: leftMs(), responseId, segment, text }
      await enqueue(redis, `jobs:tts:${engine}`, { kind: 'synthesize', ...about, ...how })
    }
    for (const [segment, text] of say.entries()) {
      await pause(signal)
      if (!(await emit({ kind: 'text_generated', responseId, text }))) return
      if (speech === undefined) continue
      if (!(await emit({ kind: 'segment_planned', responseId, segment, text }))) return
      if (isEager) await speak(text, segment)
    }
    if (call !== undefined) {
      await emit({ kind: 'call_started', responseId, call: 0, name: call.name })
      await emit({ kind: 'call_arguments', responseId, call: 0, text: call.arguments })
    }
    if (isEndless) {
      if (!isEager) await Promise.all(say.map(speak))
      return void (await new Promise((resolve) => signal.addEventListener('abort', resolve)))
    }
    const usage = { inputTokens: 7, outputTokens: say.length, cachedTokens: 0 }
    const segments = speech === undefined ? 0 : say.length
    await emit({ kind: 'generation_finished', responseId, reason: 'stop', usage, segments, provider: 'script' })
    if (!isEager) await Promise.all(say.map(speak))
  }

  async function synthesize({ responseId, segment, text }: SynthesizeJob, context: JobContext): Promise<void> {
    const samples = spoken(text, segment)
    for (const piece of piecesOf(samples)) {
      await pause(context.signal)
      if (!(await context.emit({ kind: 'audio_generated', responseId, segment, ...piece }))) return
    }
    await context.emit({ kind: 'segment_spoken', responseId, segment, samples: samples.length })
  }

  const about = {
    concurrency: 32,
    claimAfterMs: 30_000,
    heartbeatMs: 1_000,
    consumer: 'scripted',
    clock: systemClock,
    log: silentLog,
  }
  const consumers = [
    ...(['jobs:stt:stub', 'jobs:stt:pocketsphinx'] as const).map((lane) =>
      consumeLane(redis, {
        ...about,
        lane,
        run(job, context) {
          count(job)
          return transcribe(job, context)
        },
        failed: ({ itemId }, failure) => [{ kind: 'transcript_failed', itemId, ...told(failure) }],
      }),
    ),
    consumeLane(redis, {
      ...about,
      lane: 'jobs:llm:default',
      run(job, context) {
        count(job)
        return generate(job, context)
      },
      failed: ({ responseId }, failure) => [{ kind: 'generation_failed', responseId, ...told(failure) }],
    }),
    consumeLane(redis, {
      ...about,
      lane: 'jobs:tts:stub',
      run(job, context) {
        count(job)
        return synthesize(job, context)
      },
      failed: ({ responseId, segment }, failure) => [{ kind: 'segment_failed', responseId, segment, ...told(failure) }],
    }),
  ]
  return {
    heard,
    begun,
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close()))
    },
  }
}

/** What the user said last. */
async function wordsFor(redis: Redis, job: GenerateJob): Promise<string> {
  const items = await loadItems(redis, job, job.itemIds)
  const said = items
    .flatMap((item) => item?.context ?? [])
    .flatMap((entry) => (entry.role === 'user' ? [entry.text] : []))
  return said.at(-1) ?? ''
}

function told({ code, message }: Failure): { code: string; message: string } {
  return { code, message }
}
