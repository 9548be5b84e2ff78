import { describe, expect, it, onTestFinished } from 'vitest'
import { type FakeGateways, startFakeGateways } from './testing/fake-gateways.ts'
import { makeImpatientClock } from './testing/impatient-clock.ts'
import { append, openClient, type TestClient } from './testing/open-client.ts'
import type { ResumableOptions } from './options.ts'

const until = { timeout: 20_000, interval: 5 }

async function start(
  count = 1,
  options: Partial<ResumableOptions> = {},
  onSilence?: () => void,
): Promise<{ gateways: FakeGateways; client: TestClient }> {
  const gateways = await startFakeGateways(count, onSilence)
  onTestFinished(() => gateways.close())
  const client = openClient({ url: gateways.urls.map((url) => `${url}?model=gpt-realtime&colour=blue`), ...options })
  await expect.poll(() => client.messages.length, until).toBe(1)
  return { gateways, client }
}

async function resumed(client: TestClient, times: number): Promise<void> {
  await expect.poll(() => client.ofType('resumed').length, until).toBe(times)
}

async function closed(client: TestClient): Promise<Event | undefined> {
  await expect.poll(() => client.ofType('close').length, until).toBe(1)
  return client.ofType('close')[0]
}

describe('A session whose connection is lost', () => {
  it('goes on over another: the gateway is told where it stood, and the application sees nothing of it', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    client.send('session.update')
    client.send('response.create')
    await expect.poll(() => (session.take(), session.takenEvents.length), until).toBe(2)
    session.emit()
    await expect.poll(() => client.messages.length, until).toBe(2)
    session.socket?.close(1012, 'The gateway is drained')
    await expect.poll(() => client.ofType('resuming').length, until).toBe(1)
    expect(client.socket.readyState).toBe(1)
    await resumed(client, 1)

    expect([...(gateways.asked[1]?.url.searchParams ?? [])]).toEqual([
      ['colour', 'blue'],
      ['session_id', session.id],
      ['last_event_id', expect.stringMatching(/000002$/)],
      ['sent_events', '2'],
    ])
    expect(client.states).toEqual(['open', 'resuming', 'open'])
    expect(client.told.map(({ type }) => type)).toEqual(['open', 'resuming', 'resumed'])
    expect(client.ofType('resuming')).toMatchObject([{ code: 1012, reason: 'The gateway is drained' }])
    expect(client.ofType('resumed')).toMatchObject([{ attempts: 1, droppedAppends: 0, hasGap: false }])
    session.emit()
    await expect.poll(() => client.messages, until).toEqual(session.sent)
  })

  it('gets what it missed, and once what comes twice', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    gateways.receptions.push('unavailable', 'repeats')
    session.socket?.terminate()
    await expect.poll(() => client.ofType('resuming').length, until).toBe(1)
    for (let count = 0; count < 70; count += 1) session.emit()
    await resumed(client, 1)
    await expect.poll(() => client.messages.length, until).toBe(71)
    session.emit()
    await expect.poll(() => client.messages, until).toEqual(session.sent)
  })

  it('sends again what was not taken, and audio from where it is wanted, before what waited', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    const before = [append, 'a', append, append, 'b'].map((type) => client.send(type))
    await expect.poll(() => (session.take(2), session.takenEvents.length), until).toBe(2)
    const lost = [append, 'c'].map((type) => client.send(type))
    gateways.receptions.push('unavailable')
    const waiting: string[] = []
    let bufferedAmount = 0
    client.socket.addEventListener('resuming', () => {
      waiting.push(...['d', append].map((type) => client.send(type)))
      bufferedAmount = client.socket.bufferedAmount
    })
    client.connections[0]?.terminate()
    await resumed(client, 1)
    expect(bufferedAmount).toBe(waiting.join('').length)
    const after = [client.send('e')]
    const all = [...before, ...lost, ...waiting, ...after]
    await expect.poll(() => (session.take(), session.takenEvents.length), until).toBe(5)
    expect(session.takenEvents).toEqual(all.filter((text) => !text.includes(append)))
    expect(session.takenAudio).toEqual(all.filter((text) => text.includes(append)))
    expect(session.faults).toEqual([])
    expect(gateways.asked.at(-1)?.url.searchParams.get('sent_events')).toBe('7')
  })

  it('is told by `sent_events` of what was sent, not of what waits', async () => {
    const { gateways, client } = await start()
    client.send('a')
    gateways.receptions.push('unavailable')
    client.socket.addEventListener('resuming', () => void client.send('b'))
    client.connections[0]?.terminate()
    await resumed(client, 1)
    expect(gateways.asked.map(({ url }) => url.searchParams.get('sent_events'))).toEqual([null, '1', '1'])
  })

  it('tries its gateways in turn, and goes on at any', async () => {
    const { gateways, client } = await start(3)
    gateways.receptions.push('unavailable', 'kind', 'kind')
    gateways.session.socket?.terminate()
    await resumed(client, 1)
    gateways.session.socket?.terminate()
    await resumed(client, 2)
    expect(gateways.asked.map(({ gateway }) => gateway)).toEqual([0, 1, 2, 0])
    gateways.session.emit()
    await expect.poll(() => client.messages, until).toEqual(gateways.session.sent)
  })

  it('leaves a gateway that does not answer for the next, and takes the session back if that one wakes up later', async () => {
    const clock = makeImpatientClock(1_000)
    const { gateways, client } = await start(2, { clock }, clock.hurry)
    gateways.receptions.push('asleep', 'mute')
    gateways.session.socket?.terminate()
    await resumed(client, 1)
    expect(gateways.asked.length).toBe(4)
    const error = { code: 'session_resumed_elsewhere', message: '' }
    gateways.session.socket?.send(JSON.stringify({ type: 'error', event_id: 'event_0n1', error }))
    gateways.session.socket?.close(4001, 'session_resumed_elsewhere')
    await resumed(client, 2)
    expect(client.socket.state).toBe('open')
    expect(client.messages.length).toBe(1)
  })

  it('goes on without the audio that is wanted again and gone', async () => {
    const { gateways, client } = await start(1, { maxBufferedBytes: 300 })
    const { session } = gateways
    for (let count = 0; count < 10; count += 1) client.send(append)
    const other = client.send('a')
    await expect.poll(() => (session.take(9), session.takenEvents.length), until).toBe(1)
    session.socket?.terminate()
    await resumed(client, 1)
    expect(client.ofType('resumed')).toMatchObject([{ hasGap: true }])
    expect(gateways.asked.map(({ url }) => url.searchParams.get('sent_events'))).toEqual([null, '11', null])
    const last = client.send(append)
    await expect.poll(() => (session.take(), session.takenAudio.at(-1)), until).toBe(last)
    expect(session.takenEvents).toEqual([other])
    expect(session.faults).toEqual([])
    session.socket?.terminate()
    await resumed(client, 2)
    expect(client.ofType('resumed')).toMatchObject([{}, { hasGap: false }])
  })

  it('that was lost before it was known is opened anew, with what was sent', async () => {
    const gateways = await startFakeGateways()
    onTestFinished(() => gateways.close())
    gateways.receptions.push('mute', 'cuts_first', 'unavailable')
    const client = openClient({ url: `${gateways.urls[0] ?? ''}?model=m` })
    client.socket.onopen = () => {
      client.send('a')
      client.connections[0]?.terminate()
    }
    await expect.poll(() => client.messages.length, until).toBe(1)
    await expect.poll(() => (gateways.session.take(), gateways.session.takenEvents.length), until).toBe(1)
    expect(gateways.asked.map(({ url }) => url.search)).toEqual(Array(4).fill('?model=m'))
    expect(client.ofType('open').length).toBe(1)
    expect(gateways.session.faults).toEqual([])
  })
})

describe('A session that goes on', () => {
  it('has all the time there is, once it was answered', async () => {
    const clock = makeImpatientClock(1_000)
    const { gateways, client } = await start(1, { clock })
    clock.hurry()
    gateways.session.socket?.terminate()
    await resumed(client, 1)
    clock.hurry()
    gateways.session.emit()
    await expect.poll(() => client.messages, until).toEqual(gateways.session.sent)
    expect(client.states).toEqual(['open', 'resuming', 'open'])
  })
})

describe('A session that is over', () => {
  it.each([1000, 3000, 4000, 4001, 4999, 1009])('is not resumed after a close with %i', async (code) => {
    const { gateways, client } = await start()
    gateways.session.socket?.close(code, 'Over')
    expect(await closed(client)).toMatchObject({ code, reason: 'Over', wasClean: true })
    expect(client.told.map(({ type }) => type)).toEqual(['open', 'close'])
    expect(client.socket).toMatchObject({ readyState: 3, failure: null })
    expect(gateways.asked.length).toBe(1)
  })

  it.each([1001, 1011, 1012, 1013, 3008])('is not meant by a close with %i', async (code) => {
    const { gateways, client } = await start()
    gateways.session.socket?.close(code)
    await resumed(client, 1)
  })

  it('is not resumed after it has expired, whatever its close says', async () => {
    const { gateways, client } = await start()
    gateways.session.emit({ type: 'error', error: { code: 'session_expired', message: 'An hour has passed' } })
    gateways.session.socket?.close(1001, 'Your session hit the maximum duration of 60 minutes.')
    expect(await closed(client)).toMatchObject({ code: 1001 })
    expect(client.messages).toEqual(gateways.session.sent)
    expect(gateways.asked.length).toBe(1)
  })

  it('is not resumed when the application closes it, which the gateway is told', async () => {
    const { gateways, client } = await start()
    const ended = new Promise((resolve) =>
      gateways.session.socket?.on('close', (code, reason) => resolve([code, String(reason)])),
    )
    client.socket.close(1000, 'OK')
    expect(client.socket.readyState).toBe(2)
    client.socket.send('{"type":"of no use"}')
    expect(await closed(client)).toMatchObject({ code: 1000, reason: 'OK', wasClean: true })
    expect(await ended).toEqual([1000, 'OK'])
    expect(client.states).toEqual(['open', 'closing', 'closed'])
    expect(gateways.asked.length).toBe(1)
  })

  it('can be closed while it is resumed', async () => {
    const clock = makeImpatientClock(1_000)
    const waitsLong = { firstDelayMs: 1e6, longestDelayMs: 1e6, resumeWithinMs: 1e7, random: () => 0.5 }
    const { gateways, client } = await start(1, { clock, ...waitsLong })
    gateways.session.socket?.terminate()
    await expect.poll(() => client.socket.state, until).toBe('resuming')
    client.socket.close()
    expect(await closed(client)).toMatchObject({ code: 1006, wasClean: false })
    clock.hurry()
    expect(client.connections.length).toBe(1)
  })

  it('ends at the gateway too, if it is closed while the gateway is about to answer', async () => {
    const { gateways, client } = await start()
    gateways.receptions.push('mute')
    gateways.session.socket?.terminate()
    await expect.poll(() => gateways.asked.length, until).toBe(2)
    await expect.poll(() => client.connections[1]?.readyState, until).toBe(1)
    const ended = new Promise((resolve) => gateways.session.socket?.on('close', resolve))
    client.socket.close(1000)
    expect(await closed(client)).toMatchObject({ code: 1000 })
    expect(await ended).toBe(1000)
  })
})

describe('A session that cannot be resumed', () => {
  it('is closed as it was lost, after the error of the gateway that refused', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    gateways.forget()
    session.socket?.close(1012, 'Drained')
    expect(await closed(client)).toMatchObject({ code: 1012, reason: 'Drained' })
    expect(client.ofType('error')).toEqual([])
    expect(client.socket.failure).toMatchObject({ kind: 'refused', code: 'session_not_found' })
    expect(JSON.parse(client.messages.at(-1) ?? '')).toMatchObject({
      type: 'error',
      error: { code: 'session_not_found' },
    })
    expect(client.messages.length).toBe(2)
    expect(gateways.asked.length).toBe(2)
  })

  it.each([
    ['unauthorized', 'http_401'],
    [{ error: 'event_not_found', close: 1011 }, 'event_not_found'],
    [{ error: 'of_another_kind', close: 4000 }, 'of_another_kind'],
  ] as const)('does not try %j again', async (reception, code) => {
    const { gateways, client } = await start()
    gateways.receptions.push(reception)
    gateways.session.socket?.terminate()
    expect(await closed(client)).toMatchObject({ code: 1006 })
    expect(client.socket.failure).toMatchObject({ kind: 'refused', code })
    expect(gateways.asked.length).toBe(2)
  })

  it('tries an error again that may pass', async () => {
    const { gateways, client } = await start()
    gateways.receptions.push({ error: 'redis_away', close: 1013 })
    gateways.session.socket?.terminate()
    await resumed(client, 1)
    expect(client.messages.length).toBe(1)
  })

  it('goes by the close that follows an error, whatever else comes between', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    const { connect } = session
    session.connect = (socket) => {
      socket.send(JSON.stringify({ type: 'error', error: { code: 'redis_away', message: '' } }))
      socket.send(JSON.stringify({ type: 'told' }))
      socket.close(1013)
      session.connect = connect
    }
    session.socket?.terminate()
    await resumed(client, 1)
  })

  it('is closed as it was lost the last time, if it went on in between', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    session.socket?.close(1011, 'First')
    await resumed(client, 1)
    session.emit()
    await expect.poll(() => client.messages.length, until).toBe(2)
    gateways.forget()
    session.socket?.close(1012, 'Second')
    expect(await closed(client)).toMatchObject({ code: 1012, reason: 'Second' })
  })

  it('is not tried where nothing says which it is', async () => {
    const gateways = await startFakeGateways()
    onTestFinished(() => gateways.close())
    gateways.receptions.push('mute')
    const client = openClient({ url: gateways.urls })
    await expect.poll(() => client.socket.state, until).toBe('open')
    gateways.session.socket?.send('{"type":"told"}')
    await expect.poll(() => client.messages.length, until).toBe(1)
    gateways.session.socket?.close(1011, 'Gone')
    expect(await closed(client)).toMatchObject({ code: 1011, reason: 'Gone' })
    expect(client.socket.failure).toBe(null)
    expect(gateways.asked.length).toBe(1)
  })

  it('is given up when no gateway has taken it in time', async () => {
    const { gateways, client } = await start(1, { resumeWithinMs: 300 })
    gateways.receptions.push(...Array<'unavailable'>(1_000).fill('unavailable'))
    gateways.session.socket?.terminate()
    expect(await closed(client)).toMatchObject({ code: 1006 })
    expect(client.socket.failure).toEqual({ kind: 'gave_up' })
    expect(gateways.asked.length).toBeGreaterThan(3)
  })

  it('is given up when every connection is lost before it has carried anything', async () => {
    const { gateways, client } = await start(1, { resumeWithinMs: 300, longestDelayMs: 50 })
    gateways.receptions.push(...Array<'cuts_resumed'>(1_000).fill('cuts_resumed'))
    gateways.session.socket?.close(1011, 'First')
    expect(await closed(client)).toMatchObject({ code: 1011, reason: 'First' })
    expect(client.socket.failure).toEqual({ kind: 'gave_up' })
    expect(client.ofType('resumed').length).toBeGreaterThan(3)
  })

  it('is given up when the gateway has not taken events that are gone', async () => {
    const { gateways, client } = await start(1, { maxBufferedBytes: 100 })
    for (let count = 0; count < 10; count += 1) client.send('a')
    const { session } = gateways
    const { connect } = session
    const ends: unknown[] = []
    session.connect = (socket, ...how) => {
      socket.on('close', (code) => ends.push(code))
      connect(socket, ...how)
    }
    session.socket?.terminate()
    expect(await closed(client)).toMatchObject({ code: 1006 })
    expect(client.socket.failure).toEqual({ kind: 'events_lost' })
    await expect.poll(() => ends, until).toEqual([1006, 1000])
  })

  it('is given up when a server does not know of resuming', async () => {
    const { gateways, client } = await start()
    const { session } = gateways
    const ended = new Promise((resolve) => {
      session.connect = (socket) => {
        socket.on('close', resolve)
        for (const type of ['session.created', 'told']) socket.send(JSON.stringify({ type, session: { id: 'sess_2' } }))
      }
    })
    session.socket?.terminate()
    await closed(client)
    expect(await ended).toBe(1000)
    expect(client.socket.failure).toMatchObject({ kind: 'refused', code: 'not_resumed' })
    expect(client.messages.length).toBe(1)
  })
})

describe('A first connection', () => {
  it('is tried at each gateway once, and what none of them wants is an error and a close', async () => {
    const gateways = await startFakeGateways(2)
    onTestFinished(() => gateways.close())
    gateways.receptions.push('unavailable', 'unavailable')
    const client = openClient({ url: gateways.urls })
    expect(await closed(client)).toMatchObject({ code: 1006 })
    expect(client.ofType('error')).toMatchObject([{ message: 'Unexpected server response: 503' }])
    expect(gateways.asked.map(({ gateway }) => gateway)).toEqual([0, 1])

    gateways.receptions.push('unavailable')
    const second = openClient({ url: gateways.urls })
    await expect.poll(() => second.messages.length, until).toBe(1)
  })

  it('that nobody answers is an error and a close', async () => {
    const clock = makeImpatientClock(1_000)
    const gateways = await startFakeGateways(1, clock.hurry)
    onTestFinished(() => gateways.close())
    gateways.receptions.push('asleep')
    const client = openClient({ url: gateways.urls, clock })
    expect(await closed(client)).toMatchObject({ code: 1006 })
    expect(client.ofType('error')).toMatchObject([{ message: 'The gateway did not answer' }])
  })

  it('that is refused is not tried elsewhere', async () => {
    const gateways = await startFakeGateways(2)
    onTestFinished(() => gateways.close())
    gateways.receptions.push('unauthorized')
    await closed(openClient({ url: gateways.urls }))
    gateways.receptions.push({ error: 'invalid_api_key', close: 3000 })
    const client = openClient({ url: gateways.urls })
    expect(await closed(client)).toMatchObject({ code: 3000, reason: 'invalid_request_error.invalid_api_key' })
    expect(client.messages.length).toBe(1)
    expect(gateways.asked.length).toBe(2)
  })
})

describe('As a WebSocket it', () => {
  it('has the standard interface, handlers included', async () => {
    const gateways = await startFakeGateways()
    onTestFinished(() => gateways.close())
    const { socket } = openClient({ url: gateways.urls })
    const called: string[] = []
    socket.onopen = ({ type, target }) => called.push(`${type} ${String(target === socket)}`)
    socket.onmessage = ({ data }) => called.push(typeof data)
    socket.onclose = ({ code }) => called.push(`close ${code}`)
    expect(socket).toMatchObject({ readyState: socket.CONNECTING, url: gateways.urls[0], protocol: '', extensions: '' })
    expect(() => socket.send('{}')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    await expect.poll(() => called.length, until).toBe(2)
    expect(socket.readyState).toBe(socket.OPEN)
    expect(() => socket.send(new Uint8Array(2))).toThrow(TypeError)
    socket.close(1000)
    await expect.poll(() => called, until).toEqual(['open true', 'string', 'close 1000'])
  })

  it('throws what a browser throws: for an address that is none, and a close code that is none', async () => {
    expect(() => openClient({ url: 'no address' })).toThrow()
    expect(() => openClient({ url: [] })).toThrow(TypeError)
    const { client } = await start()
    expect(() => client.socket.close(99)).toThrow()
    expect(client.socket.readyState).toBe(1)
  })

  it('waits a random time before each try, up to a bound that doubles', async () => {
    const waits: number[] = []
    const { gateways, client } = await start(1, {
      firstDelayMs: 100,
      longestDelayMs: 1_000,
      resumeWithinMs: 1e6,
      answerWithinMs: 9e5,
      random: () => 0.5,
      clock: {
        now: () => 0,
        after(ms, run) {
          const timer = setTimeout(run, ms > 1_000 ? ms : 0)
          if (ms <= 1_000) waits.push(ms)
          return () => clearTimeout(timer)
        },
      },
    })
    gateways.receptions.push(...Array<'unavailable'>(6).fill('unavailable'))
    gateways.session.socket?.terminate()
    await resumed(client, 1)
    expect(waits.slice(0, 7)).toEqual([50, 100, 200, 400, 500, 500, 500])
  })
})
