import { newId, silentLog } from '@voicebox/kernel'
import { createSession, takeSession } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it } from 'vitest'
import { driverIn, driverRecords, type DriverState } from './left.ts'

const redis = useRedis().handle()

const state: DriverState = {
  executed: 7,
  lifeS: 3_600,
  lastSent: 41,
  reserved: [newId('resp')],
  errands: new Map([
    [3, { kind: 'free_audio', itemId: 'item:with:colons' }],
    [4, { kind: 'settle', responseId: 'resp_1', tokens: 12 }],
  ]),
  encoded: new Map([['resp_1 item_1 0 0', { taken: 4_800, tail: Uint8Array.of(1, 0, 2, 0) }]]),
  ears: { from: { event: 3, sample: 160 }, knownSample: 320, utteranceSample: null },
  turns: new Map([
    [
      '3',
      {
        ...{ traceId: '1'.repeat(32), startedAtMs: 1_000, cause: 'speech', responseId: null, status: 'transcribed' },
        ...{ firstMs: null, totalMs: 412, stages: [{ name: 'stt', atMs: 203, ms: 180 }], engines: { stt: 'stub' } },
      },
    ],
  ]),
}

describe('What a driver leaves behind', () => {
  it('is found by the next as it was', async () => {
    const sessionId = newId('sess')
    const options = {
      sessionId,
      tenantId: 'tenant',
      holder: 'gateway',
      ttlMs: 30_000,
      onTaken: () => {},
      log: silentLog,
    }
    const hold = await createSession(redis, options)
    const set = driverRecords(() => state).all()
    await hold.commit({ set, drop: [], save: [], forget: [], sent: [], history: [], resultsUpTo: 0 })
    const taken = await takeSession(redis, options)
    const found = driverIn(taken?.records ?? new Map())
    const encoded = [...found.encoded].map(([part, { taken, tail }]) => [part, taken, [...tail]])
    expect(encoded).toEqual([['resp_1 item_1 0 0', 4_800, [1, 0, 2, 0]]])
    expect({ ...found, encoded: state.encoded }).toEqual(state)
    await taken?.hold.close()
    await hold.close()
  })

  it('is the very same where nothing has changed, whoever asks', () => {
    let now = state
    const records = driverRecords(() => now)
    const first = new Map(records.all())
    now = { ...state, ears: { ...state.ears }, reserved: [...state.reserved] }
    const second = new Map(records.all())
    expect([...second].every(([name, record]) => first.get(name) === record)).toBe(true)
    now = { ...state, ears: { ...state.ears, knownSample: 640 } }
    const ears = new Map(records.ears()).get('ears')
    expect(ears).not.toBe(first.get('ears'))
    expect(new Map(records.all()).get('ears')).toBe(ears)
    expect(new Map(records.all()).get('driver')).toBe(first.get('driver'))
    now = { ...state, errands: new Map([[4, state.errands.get(4) ?? expect.fail()]]) }
    expect([...new Map(records.all()).keys()]).toEqual([
      'driver',
      'ears',
      'errand:4',
      'turn:3',
      'encoded:resp_1 item_1 0 0',
    ])
  })
})
