import { sttEngines } from '@voicebox/engines'
import { aborted, Failure, failureRules, messageFor, sleep, toFailure } from '@voicebox/kernel'
import { type ParsedClientEvent, wireError, type WireError } from '@voicebox/protocol'
import {
  type Effect,
  type Fact,
  hearingOf,
  historyAtEnd,
  historyAtStart,
  historyOf,
  type Input,
  isErrand,
  recordPages,
  responsesIn,
  savesOf,
  type Service,
  shownSession,
  step,
  type TimerSubject,
  usageOf,
} from '@voicebox/session'
import { services } from '../services.ts'
import { forbiddenIn, forbiddenWork } from '../terms/forbidden.ts'
import type { TenantTerms } from '../terms/tenant-terms.ts'
import type { Socket } from '../transport/index.ts'
import { changesHearing, isBusy, isCutShort } from './about-inputs.ts'
import { bytesPerSample, pcmOf } from './audio-delta.ts'
import { makeAudioWrites } from './audio-writes.ts'
import { countClientEvents } from './client-events.ts'
import { openDelivery } from './delivery.ts'
import type { Driver, DriverOptions, DriverStart } from './driver.ts'
import { makeErrands } from './errands.ts'
import {
  closedByAdmin,
  expiredAfter,
  type Farewell,
  gaveUp,
  historyIsFull,
  holdLost,
  keyRevoked,
  type Outcome,
  takenOver,
} from './farewells.ts'
import { driverRecords, type Left } from './left.ts'
import { openLedger } from './ledger.ts'
import { type Listening, openListening } from './listening.ts'
import { refusalOfServers } from './mcp-servers.ts'
import { makePatience } from './patience.ts'
import { makePlayout } from './playout.ts'
import { meterTold } from './told-meter.ts'
import { storeAudio } from './store-audio.ts'
import { makeThrottle } from './throttle.ts'
import { every, makeTimers } from './timers.ts'
import { makeTurns } from './turns/turns.ts'
import type { Work } from './work.ts'

/** Of a client's audio. */
const bytesPerMs = { 'audio/pcm': 48, 'audio/pcmu': 8, 'audio/pcma': 8 } as const

/** What may be sent before the session is ready, in characters. */
const maxEarlyLength = 32 << 20

/** Silence of the workers after which the session log is asked whether a message was lost. */
const pollMs = 500
/** How often it is looked whether a session that shall be let go can be. */
const drainPollMs = 25
/** How long an answer may go on whose client has no audio left to send. */
const lastAnswerMs = 30_000
/** After so long without an append, what was appended before is not the beginning of speech. */
const stoppedMs = 3_000

/**
 * Drives one session: takes what comes from its socket, its ears and its workers, steps, and performs the effects in order.
 * What follows from anything but the session log is committed before it leaves the process.
 */
export function driveSession(socket: Socket, start: DriverStart, options: DriverOptions): Driver {
  const { sessionId, correlationId, tenantId, keyPrefix, dialect, pipeline, lifeS, hold, left } = start
  const { clock, log, meters } = options
  let state = start.state
  let terms = start.terms
  let phase: 'beginning' | 'running' | 'leaving' = 'beginning'
  let isAway = false
  /** No more audio of the client is taken. */
  let isSpent = false
  /** The idle timeout that runs, if one does. */
  let idleMs: number | null = null
  const unserved = new Set<Service>()
  /** What the client sent before the session was ready. */
  let early: (() => void)[] = []
  let earlyLength = 0
  const executedBefore = left?.executed ?? 0
  /** How many polls fell due since audio came last: while a process stands still, none does. */
  let pollsSinceAppend = left === null ? Infinity : 0 // a client that comes back to an utterance sends more of it

  const patience = makePatience({ clock, holdMs: options.holdMs })
  const events = countClientEvents(left?.received ?? 0)
  const throttle = makeThrottle({ perSecond: options.eventsPerSecond, burst: 4 * options.eventsPerSecond, clock })
  const timers = makeTimers(clock, onTimer)
  const audioQuota = options.openAudioQuota({
    tenantId,
    onSpent: (resetMs) => void (phase === 'leaving' || isSpent || spent(resetMs)),
  })
  const playout = makePlayout(clock)
  const turns = makeTurns({
    sessionId,
    tenantId,
    pipeline,
    state: () => state,
    pausedMs: () => listening.pausedMs,
    audioWritten: () => writes.written(),
    latest: left?.turns ?? new Map(),
    onFirstAudio: (ms, traceId) => meters.turnFirstAudioSeconds.observe(ms / 1_000, traceId),
    onOver: () => ledger.touch(),
    spans: options.spans,
    clock,
    log,
  })
  const work: Work = options.openWork({
    sessionId,
    correlationId,
    tenantId,
    pipeline,
    hold,
    forbids: (effect) => forbiddenWork(terms, effect, state),
    resultsUpTo: left?.resultsUpTo ?? 0,
    reserved: left?.reserved ?? [],
    onSaid: (result, stamp) => turns.heard(result, stamp),
    traceOf: (errand) => turns.traceOf(errand),
    onResult: (input) => feed(input, true),
    onInput: feed,
    onResultsLost: resultsLost,
    onBack: () => void beat(), // what Redis has lost is found out, and told again before anybody looks for it
    onWords(itemId, text, audioMs) {
      listening.heardWords({ itemId, text, ...spokenLanguage(), ...(audioMs === null ? {} : { audioMs }) })
    },
    onLimits: (limits) => feed({ kind: 'limits_updated', limits }),
    wantsMore: () => !delivery.isSlow,
    onLost: lost,
  })
  const writes = makeAudioWrites({
    maxUnwrittenMs: 2 * state.limits.inputBufferMs, // one utterance may be followed at once by the next
    append: (itemId, at, pcm, isLast) => work.appendAudio(itemId, at, pcm, isLast),
    patience,
    onFailure: giveUp,
  })
  const delivery = openDelivery({
    sessionId,
    socket,
    dialect,
    resamplers: options.resamplers,
    after: left?.lastSent ?? 0,
    known: left?.known ?? 0,
    ...(left === null ? {} : { encoded: left.encoded }),
    work,
    onSent: (number, body) => ledger.sent(number, body),
    onTold: meterTold(meters, options.tenantLabel(tenantId)),
    onWritten: (body) => turns.sent(body),
    maxHeldBytes: options.maxSendBufferBytes,
    onSlow(isSlow) {
      if (!isSlow) void work.poll().then(() => tellServices(services))
    },
    onFailure: (error) => giveUp(toFailure(error)),
  })
  const errands = makeErrands({ sessionId, work, left: left?.errands ?? new Map(), patience, log })
  const recordsOfDriver = driverRecords(() => ({
    lifeS,
    executed: Math.max(executedBefore, events.takenUpTo),
    lastSent: delivery.lastNumber,
    reserved: work.reserved,
    errands: errands.left,
    encoded: delivery.encoded,
    turns: turns.latest,
    ears: listening.place({
      unsafe: writes.unwritten,
      nextEvent: Math.max(executedBefore, events.takenUpTo) + 1,
      hasStopped: pollsSinceAppend * pollMs > stoppedMs,
    }),
  }))
  const ledger = openLedger({
    hold,
    records: () => [...recordPages(state), new Map(recordsOfDriver.all())],
    ...(left === null ? {} : { kept: [left.records] }),
    items: () => savesOf(state).map(({ item, context }) => ({ id: item.id, item, context })),
    resultsUpTo: () => work.resultsUpTo,
    audioWritten: () => writes.written(),
    patience,
    clock,
    onCommitted(upTo) {
      delivery.open(upTo)
      errands.open(upTo)
    },
    onRestored() {
      errands.repeat()
      endAudioAgain()
    },
    onOutcome: (outcome, seconds) => {
      meters.commits.add(1, { outcome })
      meters.commitSeconds.observe(seconds)
    },
    onLost: lost,
    onFailure: giveUp,
  })
  const listening: Listening = openListening({
    voiceActivity: options.voiceActivity,
    hearing: hearingOf(state.session),
    keptSilenceMs: state.limits.keptSilenceMs,
    ...(left === null ? {} : { start: left.ears }),
    onInput: feed,
    onAudio: (itemId, at, pcm) => writes.append(itemId, at, pcm),
    onPause: ({ itemId, audioMs }) => peek(itemId, audioMs),
    onDrop: (itemId) => writes.write(() => work.dropAudio(itemId)),
    onFailure: giveUp,
  })
  const stopPolling = every(clock, pollMs, () => {
    pollsSinceAppend += 1
    if (timers.armed > 0) void work.poll()
  })
  const stopBeating = every(clock, options.heartbeatMs, () => void beat())
  let stopExpiry = clock.after(endsInMs(), expire)

  async function begin(): Promise<void> {
    tell(historyAtStart(state))
    feed({ kind: 'connected' })
    ready()
    await patience.retry(() => work.listen())
  }

  /**
   * What the workers have said since comes first: the client may have heard of it, by the numbers that it gives again. Only
   * then may anything else happen.
   */
  async function goOn(before: Left): Promise<void> {
    delivery.hold()
    await patience.retry(() => work.listen())
    if (delivery.lastNumber < before.known) delivery.skipTo(before.known)
    const received = { events: before.received, audio_from: before.received + 1 }
    delivery.notice({ type: 'session.resumed', session: shownSession(state), received })
    for await (const { number, body } of before.missed()) await delivery.repeat(number, body)
    feed({ kind: 'resumed', heardMs: before.ears.knownSample / 16, utteranceEnded: before.utteranceEnded })
    delivery.resume()
    ready()
  }

  function ready(): void {
    if (phase !== 'beginning') return
    phase = 'running'
    errands.start()
    tellServices(left === null ? unserved : services)
    for (const run of early) run()
    early = []
  }

  function feed(input: Input, isResult = false): void {
    if (phase === 'leaving') return
    const [next, effects] = step(state, input)
    const facts = options.maxUnwrittenBytes === null ? [] : historyOf(state, next, effects)
    tell(facts)
    state = next
    const isOwn = !isResult && (input.kind !== 'audio_heard' || effects.length > 0)
    const isChange = isOwn || effects.some(isErrand) || facts.some(({ kind }) => kind === 'usage')
    if (effects.length > 0) turns.happened(input, effects)
    const rests = isChange ? ledger.latest + 1 : ledger.latest
    for (const effect of effects) perform(effect, rests)
    if (isChange) ledger.change()
    else if (isResult) ledger.touch()
  }

  function tell(facts: readonly Fact[]): void {
    if (options.maxUnwrittenBytes !== null) for (const fact of facts) ledger.tell(fact)
  }

  /** What the workers said until then comes before it, and waits for a client that reads too slowly. */
  function tellServices(which: Iterable<Service>): void {
    if (phase !== 'running' || delivery.isSlow) return
    for (const service of which) feed({ kind: unserved.has(service) ? 'service_lost' : 'service_restored', service })
  }

  /** What concerns the ears and the timers is done at once; what leaves the process waits for what it rests on. */
  function perform(effect: Effect, rests: number): void {
    switch (effect.kind) {
      case 'open_utterance':
      case 'close_utterance':
      case 'drop_utterance':
      case 'reset_listening':
      case 'configure_listening':
        return listening.perform(effect)
      case 'arm_timer':
        if (effect.afterPlayout) idleMs = effect.ms
        return timers.arm(effect.subject, effect.ms + (effect.afterPlayout ? playout.leftMs : 0))
      case 'disarm_timer':
        if (effect.subject === 'idle') idleMs = null
        return timers.disarm(effect.subject)
      case 'save_item':
        return ledger.save({ id: effect.item.id, item: effect.item, context: effect.context })
      case 'forget_item':
        return ledger.forget(effect.itemId)
      case 'put_away':
        meters.itemsPutAway.add(1)
        return ledger.forget(effect.itemId)
      case 'store_audio':
        return writes.write(() => storeAudio(effect, work, options.resamplers))
      case 'send':
      case 'send_audio':
      case 'end_audio':
      case 'show_item':
        if (effect.kind === 'send' && isCutShort(effect.event)) stopPlayout()
        if (effect.kind === 'send_audio') speak(effect)
        return bounded(delivery.take(effect.kind === 'send' ? turns.shown(effect) : effect, rests))
      case 'transcribe':
      case 'generate':
      case 'speak':
      case 'list_tools':
      case 'call_tool':
      case 'cancel_work':
      case 'free_audio':
      case 'settle':
      case 'recall_item':
        return bounded(errands.take(effect, rests))
    }
  }

  function speak({ audio, skip, keep }: Extract<Effect, { kind: 'send_audio' }>): void {
    playout.sent(audio.samples - skip)
    if (keep === null) return
    const pcm = pcmOf(audio, skip)
    writes.write(() => work.keepSpeech(keep.itemId, keep.atSample * bytesPerSample, pcm))
  }

  /** The client plays no more; who waits for the end of that waits from now on. */
  function stopPlayout(): void {
    playout.stop()
    if (idleMs !== null) timers.arm('idle', idleMs)
  }

  function bounded(isTaken: boolean): void {
    if (isTaken) return
    if (!delivery.isSlow)
      return giveUp(new Failure('capacity', 'session_backlog', 'Too much is waiting in this session'))
    socket.terminate() // a close frame would wait behind what is not read
    leave('released', 'not_reading')
  }

  /** Nobody can be called too late as long as it cannot be heard what they say. */
  function onTimer(subject: TimerSubject): void {
    if (isAway || delivery.isSlow) timers.arm(subject, pollMs)
    else feed({ kind: 'timer_fired', subject })
  }

  function refuse(error: Pick<WireError, 'code' | 'message'> & Partial<WireError>): void {
    feed({ kind: 'refused', error })
  }

  function append(base64: string, number: number, eventId: string | undefined): void {
    const about = { param: 'audio', event_id: eventId ?? null }
    if (isSpent || (state.buffer.isFull && !listening.isBehind)) return // the client was told
    audioQuota.take((base64.length * 0.75) / bytesPerMs[state.session.audio.input.format.type])
    listening.append(Buffer.from(base64, 'base64'), number, (refusal) => {
      if (refusal.kind === 'malformed') return refuse({ code: 'invalid_value', message: refusal.message, ...about })
      const { failure } = refusal
      const { wireType: type } = failureRules[failure.kind]
      refuse({ type, code: failure.code, message: messageFor(failure, 'The audio could not be taken.'), ...about })
    })
  }

  /** An engine that listens live tells the words so far by itself. */
  function peek(itemId: string, audioMs: number): void {
    if (state.limits.transcribesLive) return
    void writes.written().then(() => work.peek(itemId, audioMs, spokenLanguage().language ?? null))
  }

  function spokenLanguage(): { language?: string } {
    const { language: only } = sttEngines[pipeline.stt]
    const language = state.session.audio.input.transcription?.language ?? only
    return language === null ? {} : { language }
  }

  function onText(text: string): void {
    if (phase === 'leaving') return
    if (phase === 'beginning') return waitForReady(() => onText(text), text.length)
    const cameAtMs = performance.now()
    const parsed = dialect.parse(text)
    const type = parsed.ok ? parsed.event.type : 'invalid'
    const acted = (): void => meters.messageProcessingSeconds.observe((performance.now() - cameAtMs) / 1_000, { type })
    if (parsed.ok && parsed.event.type === 'input_audio_buffer.append') {
      pollsSinceAppend = 0
      append(parsed.event.audio, events.receive(false), parsed.event.event_id)
      return acted()
    }
    const number = events.receive(true)
    const waitMs = number <= executedBefore ? 0 : throttle.take()
    const mayChangeHearing = parsed.ok && changesHearing(parsed.event)
    const size = text.length
    const act = (): void => {
      receive(waitMs > 0 ? tooMany(waitMs) : parsed, number)
      acted()
    }
    const isTaken = listening.whenHeard(act, { mayChangeHearing, size })
    if (!isTaken) giveUp(new Failure('capacity', 'session_backlog', 'Too many events are waiting'))
  }

  function onBinary(): void {
    if (phase === 'beginning') return waitForReady(onBinary, 1)
    refuse({ code: 'invalid_event', message: 'Binary frames are not supported: send JSON text.' })
  }

  function waitForReady(run: () => void, length: number): void {
    early.push(run)
    earlyLength += length
    if (earlyLength > maxEarlyLength) giveUp(new Failure('capacity', 'session_backlog', 'Too many events are waiting'))
  }

  function tooMany(waitMs: number): ParsedClientEvent {
    meters.throttledEvents.add(1)
    const message = `Too many events: at most ${options.eventsPerSecond} a second. Please try again in ${waitMs}ms.`
    return { ok: false, error: wireError({ type: 'rate_limit_error', code: 'rate_limit_exceeded', message }) }
  }

  /** An event acts on the audio before it, which may still have been on its way through the ears. */
  function receive(parsed: ParsedClientEvent, number: number): void {
    events.take(number)
    if (number <= executedBefore) return // it was sent again with the audio round it
    if (!parsed.ok) return refuse(parsed.error)
    const { event } = parsed
    if (event.type === 'input_audio_buffer.append') return
    const refusal = forbiddenIn(terms, event) ?? refusalOfServers(options.refuseServers, event)
    if (refusal !== null) return refuse({ ...refusal, event_id: event.event_id ?? null })
    feed({ kind: 'client_event', event })
  }

  /** Redis may have lost that the audio of an utterance is complete, and who transcribes it would wait for more. */
  function endAudioAgain(): void {
    for (const { item, audio, audioMs, transcription } of state.entries) {
      if (transcription === 'pending' && audio === 'heard') writes.append(item.id, Math.round(audioMs * 16), null)
    }
  }

  async function beat(): Promise<void> {
    const ears = ledger.isSettled ? recordsOfDriver.ears() : []
    try {
      const outcome = await (await hold).beat(ears)
      if (outcome === 'lost') lost()
      if (outcome === 'behind') ledger.change() // that finds the same, and tells Redis everything again
    } catch (error) {
      log.warn({ sessionId, error: toFailure(error) }, 'A session could not show that it lives')
    }
  }

  function giveUp(error: Error): void {
    if (phase === 'leaving') return
    const failure = toFailure(error)
    log.warn({ sessionId, error: failure }, 'Session given up')
    part(gaveUp(failure))
  }

  /** A client was told when its session ends: that can come earlier, and not later. */
  function endsInMs(): number {
    const openedAtS = state.session.expires_at - lifeS
    return Math.max(0, (openedAtS + longestS()) * 1_000 - clock.now())
  }

  function longestS(): number {
    return Math.min(lifeS, terms.sessionMaxS ?? lifeS)
  }

  /** A session that is older than it may be by now finishes what it is answering. */
  function termsChanged(changed: TenantTerms): void {
    if (phase === 'leaving') return
    const endsBefore = longestS()
    terms = changed
    if (longestS() === endsBefore || isSpent) return
    stopExpiry()
    const inMs = endsInMs()
    if (inMs > 0) stopExpiry = clock.after(inMs, expire)
    else void lastAnswer().then(expire)
  }

  function expire(): void {
    if (phase === 'leaving') return
    meters.quotaRefusals.add(1, { limit: 'session_length' })
    part(expiredAfter(longestS()))
  }

  /** Its tenant may send no more audio today: what it is being answered is finished, and then the session ends. */
  async function spent(resetMs: number): Promise<void> {
    meters.quotaRefusals.add(1, { limit: 'audio' })
    const wait = `Please try again in ${Math.ceil(resetMs / 1_000)}s.`
    const message = `You have sent as much audio as you may in a day: the session ends after this answer. ${wait}`
    delivery.complain({ type: 'rate_limit_error', code: 'insufficient_quota', message })
    await lastAnswer()
    if (phase === 'leaving') return
    socket.close(4000, 'rate_limit_error.insufficient_quota')
    leave('ended', 'insufficient_quota')
  }

  /** Resolves when what is being answered was told, or took too long. No more audio is taken. */
  async function lastAnswer(): Promise<void> {
    isSpent = true
    const deadline = new AbortController()
    const stop = clock.after(lastAnswerMs, () => deadline.abort())
    while (phase !== 'leaving' && responsesIn(state).length > 0 && !deadline.signal.aborted)
      await sleep(drainPollMs, deadline.signal)
    await Promise.race([ledger.settle().then(() => delivery.idle()), aborted(deadline.signal)])
    stop()
  }

  function resultsLost(): void {
    feed({ kind: 'results_lost', unasked: errands.unasked })
  }

  function lost(): void {
    part(holdLost)
  }

  function part({ error, closeCode, closeReason, outcome, reason }: Farewell): void {
    if (phase === 'leaving') return
    delivery.complain(error)
    socket.close(closeCode, closeReason)
    leave(outcome, reason)
  }

  function leave(outcome: Outcome, reason: string): void {
    if (phase === 'leaving') return
    phase = 'leaving'
    stopPolling()
    stopBeating()
    stopExpiry()
    timers.close()
    listening.close()
    work.close()
    turns.close()
    delivery.close()
    meters.sessions.add(1, { outcome })
    log.info({ sessionId, outcome, reason }, 'Session closed')
    options.onLeaving(driver, letGo(outcome, reason))
  }

  async function letGo(outcome: Outcome, reason: string): Promise<void> {
    const settled = audioQuota.settle().catch((error: unknown) => {
      log.warn({ sessionId, error: toFailure(error) }, 'Audio that did not come counts for its tenant today')
    })
    try {
      const held = await hold
      if (outcome === 'released') {
        await ledger.settle()
        await held.beat([])
      }
      patience.close()
      ledger.close()
      errands.close()
      if (outcome === 'ended' || outcome === 'expired' || outcome === 'revoked') {
        tell(historyAtEnd(state))
        await held.end(reason, ledger.untold)
        await settleAll()
      }
      await held.close()
    } catch (error) {
      log.warn({ sessionId, error: toFailure(error) }, 'A session was not let go of; it ends when its time is over')
    }
    await settled
  }

  /** What was generated counts, though nobody will hear of it. */
  async function settleAll(): Promise<void> {
    for (const response of responsesIn(state)) {
      await work.perform({ kind: 'settle', responseId: response.id, tokens: usageOf(response).total_tokens })
    }
  }

  const driver: Driver = {
    pipeline,
    onText,
    onBinary,
    onDrain: () => delivery.drained(),
    onClose: (code) => leave(code === 1000 || code === 1005 ? 'ended' : 'released', `closed_${code}`),
    get heardUpTo() {
      return work.resultsUpTo
    },
    resultsLost,
    keyPrefix,
    tenantId,
    revoked: () => part(keyRevoked),
    termsChanged,
    taken: () => part(takenOver),
    historyFull: () => part(historyIsFull),
    dismissed: () => part(closedByAdmin),
    storage(away) {
      if (phase === 'leaving' || away === isAway) return
      isAway = away
      if (!away) return
      const message = `The session store cannot be reached. The session is held for up to ${options.holdMs / 1_000} seconds, and goes on when it is back.`
      delivery.complain({ type: 'server_error', code: 'service_unavailable', message })
    },
    service(service, isServed) {
      if (unserved.has(service) !== isServed) return
      if (isServed) unserved.delete(service)
      else unserved.add(service)
      tellServices([service])
    },
    async drain(deadline) {
      do {
        while (phase !== 'leaving' && isBusy(state) && !deadline.aborted) await sleep(drainPollMs, deadline)
        await Promise.race([ledger.settle().then(() => delivery.idle()), aborted(deadline)])
        if (phase === 'leaving') return
      } while ((isBusy(state) || !ledger.isSettled) && !deadline.aborted) // something has happened meanwhile
      socket.close(1012, 'server_draining: resume with session_id and last_event_id')
      leave('released', 'drained')
    },
    get isSlow() {
      return delivery.isSlow
    },
  }
  options.onDriving(driver)
  void (left === null ? begin() : goOn(left)).catch((error: unknown) => giveUp(toFailure(error)))
  return driver
}
