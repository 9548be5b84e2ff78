import { msToSamples, heardRateHz } from '@voicebox/audio'
import { newId, toFailure, withFields } from '@voicebox/kernel'
import { type SessionState, stateFrom } from '@voicebox/session'
import {
  findSession,
  type HeardResults,
  type HistoryOptions,
  readJournal,
  type SessionRef,
  type TakenSession,
  takeSession,
  utteranceLength,
} from '@voicebox/streams'
import type { Fault } from '../greeting.ts'
import type { Resumption } from '../handshake.ts'
import type { Catalogue, Pipeline } from '../models.ts'
import { noSuchSession, sayFault } from '../turned-away.ts'
import type { Socket, SocketHandlers } from '../transport/index.ts'
import { driveSession } from './drive.ts'
import type { Driver, DriverStart } from './driver.ts'
import { numberOf } from './event-ids.ts'
import { driverIn, type DriverState, type Left } from './left.ts'
import { historyOptions, holdOptions, type SessionOptions } from './open-session.ts'
import type { SentBody } from './sent-body.ts'

export interface ResumeOptions extends SessionOptions {
  catalogue: Pick<Catalogue, 'find' | 'transcribing'>
}

/** A session that was taken, for whatever connection drives it. */
type TakenStart = Omit<DriverStart, 'correlationId'>

/** What a client may send before it is told that its session goes on; it knows better. */
const maxEarly = 1_000

/** Goes on with a session on this socket, wherever it was before; says what is wrong where that cannot be. */
export function resumeSession(socket: Socket, resumption: Resumption, process: ResumeOptions): SocketHandlers {
  const correlationId: string = newId('conn')
  const { tenantId, sessionId } = resumption
  const options = { ...process, log: withFields(process.log, { tenantId, sessionId, correlationId }) }
  let driver: Driver | null = null
  let isTaken = false
  let isDismissed = false
  const early: ((driver: Driver) => void)[] = []
  const results: HeardResults = {
    heardUpTo: () => driver?.heardUpTo ?? 0,
    onResultsLost: () => driver?.resultsLost(),
  }
  void open().catch((error: unknown) => {
    options.log.error({ error: toFailure(error) }, 'A session could not be resumed')
    refuse({
      closeCode: 1013,
      type: 'server_error',
      code: 'service_unavailable',
      message: 'The session cannot be resumed at the moment.',
    })
  })

  async function open(): Promise<void> {
    const history = historyOptions(options, () => driver)
    const start = await take(resumption, { ...options, onTaken, onDismissed, results, history })
    if ('closeCode' in start) return refuse(start)
    options.log.info({ known: start.left?.known }, 'Session resumed')
    options.meters.sessions.add(1, { outcome: 'resumed' })
    driver = driveSession(socket, { ...start, correlationId }, options)
    for (const call of early.splice(0)) call(driver)
    if (isTaken) driver.taken()
    if (isDismissed) driver.dismissed()
  }

  /** Perhaps before there is a driver. */
  function onTaken(): void {
    isTaken = true
    driver?.taken()
  }

  function onDismissed(): void {
    isDismissed = true
    driver?.dismissed()
  }

  function refuse(fault: Fault): void {
    const { code } = fault
    const isKnown = code === 'session_not_found' || code === 'event_not_found'
    options.meters.resumeRefusals.add(1, { code: isKnown ? code : 'unavailable' })
    sayFault(socket, fault)
  }

  function pass(call: (driver: Driver) => void): void {
    if (driver !== null) return call(driver)
    early.push(call)
    if (early.length > maxEarly) socket.close(1013, 'server_error.session_backlog')
  }

  return {
    onText: (text) => pass((to) => to.onText(text)),
    onBinary: () => pass((to) => to.onBinary()),
    onDrain: () => pass((to) => to.onDrain()),
    onClose: (code, reason) => pass((to) => to.onClose(code, reason)),
  }
}

/** What the session hears of others while it is taken. */
interface Heard {
  onTaken(): void
  onDismissed(): void
  results: HeardResults
  history: HistoryOptions | null
}

async function take(resumption: Resumption, options: ResumeOptions & Heard): Promise<TakenStart | Fault> {
  const { sessionId, tenantId, lastEventId } = resumption
  const { redis } = options
  const asked = lastEventId === null ? null : numberOf(sessionId, lastEventId)
  if (lastEventId !== null && asked === null) return noSuchEvent(lastEventId)
  if (asked !== null && (await readJournal(redis, resumption, asked)) === 'gone') {
    return (await findSession(redis, resumption)) === null ? noSuchSession : eventsGone
  }
  const { onTaken, onDismissed, results, history } = options
  const taken = await takeSession(redis, {
    ...holdOptions(options),
    sessionId,
    tenantId,
    onTaken,
    onDismissed,
    results,
    history,
  })
  if (taken === null) return noSuchSession
  let start: TakenStart | Fault | null = null
  try {
    start = await startFrom(taken, resumption, asked, options)
    return start
  } finally {
    if (start === null || 'closeCode' in start) await taken.hold.close()
  }
}

async function startFrom(
  { hold, records, resultsUpTo }: TakenSession,
  resumption: Resumption,
  asked: number | null,
  options: ResumeOptions,
): Promise<TakenStart | Fault> {
  const { redis } = options
  const { sessionId, tenantId, keyPrefix, dialect, terms, lastEventId } = resumption
  if (!records.has('head')) return noSuchSession
  const state = puttingAway(stateFrom(records), options)
  const pipeline = pipelineOf(state, options.catalogue)
  if (pipeline === undefined) return unservedModel(state.session.model)
  const before = driverIn(records)
  const known = asked ?? before.lastSent
  if (known > before.lastSent + furthestAhead) return noSuchEvent(lastEventId ?? '')
  const left: Left = {
    ...before,
    records,
    resultsUpTo,
    known,
    missed: () => missedBetween(options, resumption, known, before.lastSent),
    ...(await earsOf(state, before, { redis, resumption })),
  }
  const { lifeS } = before
  const about = { sessionId, tenantId, keyPrefix, dialect, terms, pipeline }
  return { ...about, state, lifeS, hold: Promise.resolve(hold), left }
}

/** Nothing is put away by a gateway that keeps no history, whatever the one before it did. */
function puttingAway(
  state: SessionState,
  { maxUnwrittenBytes }: Pick<ResumeOptions, 'maxUnwrittenBytes'>,
): SessionState {
  const { limits } = state
  if (!limits.keepsHistory || maxUnwrittenBytes !== null) return state
  return { ...state, limits: { ...limits, keepsHistory: false } }
}

/** So many events may have been sent that were not committed, since the session log tells them again. */
const furthestAhead = 100_000

/** What comes after `last` is told by who drives the session now, who may write to the journal already. */
async function* missedBetween(
  { redis }: Pick<ResumeOptions, 'redis'>,
  ref: SessionRef,
  known: number,
  last: number,
): AsyncGenerator<{ number: number; body: SentBody }, void, undefined> {
  let after = known
  while (after < last) {
    const page = await readJournal(redis, ref, after)
    if (page === 'gone' || page.length === 0) return
    for (const { number, body } of page) {
      if (number > last) return
      yield { number, body: body as SentBody } // only drivers write here
      after = number
    }
  }
}

/** Where the ears go on: in the midst of an utterance right behind what of it is kept. */
async function earsOf(
  { buffer }: SessionState,
  { ears, executed }: DriverState,
  { redis, resumption }: Pick<ResumeOptions, 'redis'> & { resumption: Resumption },
): Promise<Pick<Left, 'received' | 'ears' | 'utteranceEnded'>> {
  const { itemId, startMs } = buffer
  let { knownSample } = ears
  let utterance: Left['ears']['utterance'] = null
  let utteranceEnded = false
  if (itemId !== null) {
    const fromSample = ears.utteranceSample ?? Math.round(msToSamples(startMs, heardRateHz))
    const { samples, isFinal } = await utteranceLength(redis, resumption, itemId)
    utterance = { itemId, fromSample, isComplete: isFinal }
    knownSample = fromSample + samples
    utteranceEnded = isFinal
  }
  const from = resumption.sendsAgain ? ears.from : { event: executed + 1, sample: knownSample }
  const start = { event: from.event, fromSample: from.sample, knownSample, utterance }
  return { received: from.event - 1, ears: start, utteranceEnded }
}

function pipelineOf(
  { type, session }: SessionState,
  catalogue: Pick<Catalogue, 'find' | 'transcribing'>,
): Pipeline | undefined {
  return type === 'transcription' ? catalogue.transcribing : catalogue.find(session.model)
}

const eventsGone: Fault = {
  closeCode: 4000,
  code: 'event_not_found',
  message: 'The events after last_event_id are not kept any more: resume without it to go on from now.',
}

const noSuchEvent = (id: string): Fault => ({
  closeCode: 4000,
  code: 'event_not_found',
  message: `No event '${id.slice(0, 100).toWellFormed()}' was sent in this session.`,
})

const unservedModel = (model: string): Fault => ({
  closeCode: 4000,
  code: 'invalid_model',
  message: `Model '${model.slice(0, 100).toWellFormed()}' of this session is not served here.`,
})
