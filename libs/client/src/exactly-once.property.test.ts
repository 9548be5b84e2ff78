import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type FakeGateways, type Reception, startFakeGateways } from './testing/fake-gateways.ts'
import { makeImpatientClock } from './testing/impatient-clock.ts'
import { append, openClient, type TestClient } from './testing/open-client.ts'

type Deed =
  | { kind: 'send'; type: string; times: number }
  | { kind: 'emit'; times: number }
  | { kind: 'take'; appendsLeft: number }
  | { kind: 'pause'; ms: number }
  | { kind: 'cut'; how: 'client' | 'gateway' | 'drain'; receptions: Reception[] }

const reception = fc.constantFrom<Reception>(
  'kind',
  'unavailable',
  'asleep',
  'mute',
  'cuts_first',
  'cuts_resumed',
  'cuts_replay',
  'repeats',
  { error: 'redis_away', close: 1013 },
)
const times = fc.integer({ min: 1, max: 6 })
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('send'), type: fc.constantFrom(append, append, 'other'), times }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('emit'), times }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take'), appendsLeft: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pause'), ms: fc.nat(10) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cut'),
      how: fc.constantFrom('client', 'gateway', 'drain'),
      receptions: fc.array(reception, { maxLength: 3 }),
    }),
  },
)

const until = { timeout: 20_000, interval: 2 }

it('Over whatever cuts, each event arrives exactly once and in order, both ways', { timeout: 240_000 }, async () => {
  const reached = { resumptions: 0, waited: 0, replayed: 0, tries: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 8, maxLength: 40, size: 'max' }), async (deeds) => {
      const clock = makeImpatientClock(1_000)
      const gateways = await startFakeGateways(2, clock.hurry)
      const client = openClient({ url: gateways.urls, clock, firstDelayMs: 1, longestDelayMs: 8 })
      await expect.poll(() => client.messages.length, until).toBe(1)
      const sent: string[] = []
      for (const each of deeds) await perform(each, gateways, client, sent)

      const { session } = gateways
      const events = sent.filter((text) => !text.includes(append))
      const audio = sent.filter((text) => text.includes(append))
      await expect.poll(() => client.socket.state, until).toBe('open')
      await expect
        .poll(() => (session.take(), session.takenEvents.length + session.takenAudio.length), until)
        .toBe(sent.length)
      await expect.poll(() => client.messages.length, until).toBe(session.sent.length)
      expect(client.messages).toEqual(session.sent)
      expect(session.takenEvents).toEqual(events)
      expect(session.takenAudio).toEqual(audio)
      expect(session.faults).toEqual([])
      expect(gateways.sessions.length).toBe(1)
      expect(client.ofType('close')).toEqual([])
      reached.tries += client.connections.length - 1
      reached.resumptions += client.ofType('resumed').length
      client.socket.close(1000)
      await gateways.close()
    }),
    { numRuns: 150 },
  )
  expect(reached.resumptions).toBeGreaterThan(100)
  expect(reached.tries).toBeGreaterThan(reached.resumptions)
  expect(reached.waited).toBeGreaterThan(30)
  expect(reached.replayed).toBeGreaterThan(30)

  async function perform(each: Deed, gateways: FakeGateways, client: TestClient, sent: string[]): Promise<void> {
    const { session, receptions } = gateways
    switch (each.kind) {
      case 'send':
        if (client.socket.state === 'resuming') reached.waited += 1
        for (let count = 0; count < each.times; count += 1) sent.push(client.send(each.type))
        return
      case 'emit':
        if (session.socket === null) reached.replayed += 1
        for (let count = 0; count < each.times; count += 1) session.emit()
        return
      case 'take':
        return session.take(each.appendsLeft)
      case 'pause':
        return new Promise((resolve) => setTimeout(resolve, each.ms))
      case 'cut':
        receptions.push(...each.receptions)
        if (each.how === 'client') client.connections.at(-1)?.terminate()
        else if (each.how === 'gateway') session.socket?.terminate()
        else session.socket?.close(1012, 'Drained')
    }
  }
})
