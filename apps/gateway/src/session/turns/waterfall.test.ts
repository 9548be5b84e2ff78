import { describe, expect, it } from 'vitest'
import { makeJobTimes, noteStamp, type TurnTimes } from './turn-times.ts'
import { waterfallOf } from './waterfall.ts'

function turn(about: Partial<TurnTimes> = {}): TurnTimes {
  return {
    ...{ traceId: 'a'.repeat(32), spanId: null, cause: 'speech', itemId: 'item_1', responseId: 'resp_1' },
    ...{ startedAtMs: 1_000, stoppedAtMs: 1_200, audioWrittenAtMs: 1_204, jobs: new Map() },
    ...{ firstHeardAtMs: null, firstSentAtMs: null, lastSentAtMs: null, endedAtMs: 3_000, status: 'completed' },
    ...about,
  }
}

const job = (stage: 'stt' | 'llm' | 'tts', segment: number | null = null) =>
  makeJobTimes({ stage, segment, spanId: null, wantedAtMs: 1_200, engine: 'stub' })

describe('A waterfall', () => {
  it('names every stretch of a turn, from where the user fell silent', () => {
    const stt = job('stt')
    const llm = job('llm')
    noteStamp(stt, { attempt: 1, sentAtMs: 1_207, queuedMs: 3, afterMs: 0 }, 5_000)
    Object.assign(stt, { endedAtMs: 1_400 })
    noteStamp(llm, { attempt: 1, sentAtMs: 1_410, queuedMs: 10, afterMs: 0 }, 5_000)
    Object.assign(llm, { wantedAtMs: 1_405, firstAtMs: 1_500, cutAtMs: 1_600, endedAtMs: 1_900 })
    const jobs = new Map([
      ['item_1', stt],
      ['resp_1', llm],
    ])
    const told = waterfallOf(turn({ jobs, firstHeardAtMs: 1_800, firstSentAtMs: 1_801, lastSentAtMs: 2_990 }), 9_000)
    expect(told).toMatchObject({ firstMs: 801, totalMs: 1_990, engines: { stt: 'stub', llm: 'stub' } })
    expect(told.stages.map(({ name, atMs, ms }) => `${name} ${atMs}+${ms}`)).toEqual([
      'endpointing 0+200',
      'audio.write 200+4',
      'stt.commit 200+7',
      'stt.wait 207+3',
      'stt 210+190',
      'llm.commit 405+5',
      'llm.wait 410+10',
      'llm 420+480',
      'llm.first 420+80',
      'llm.cut 500+100',
      'delivery 800+1',
    ])
  })

  it('has no stage that takes less than nothing or leaves the turn, whatever the times are that others tell', () => {
    const late = job('tts', 0)
    noteStamp(late, { attempt: 1, sentAtMs: 9_000, queuedMs: 500, afterMs: 100 }, 2_000)
    const early = job('llm')
    noteStamp(early, { attempt: 1, sentAtMs: 10, queuedMs: 1_500, afterMs: 0 }, 2_000)
    const jobs = new Map([
      ['resp_1/0', late],
      ['resp_1', early],
    ])
    const { stages, totalMs } = waterfallOf(turn({ jobs }), 9_000)
    expect(stages.length).toBeGreaterThan(3)
    for (const { atMs, ms } of stages) {
      expect(Math.min(atMs, ms)).toBeGreaterThanOrEqual(0)
      expect(atMs + ms).toBeLessThanOrEqual(totalMs)
    }
  })

  it('shows of an engine that listened live what it did after the turn had ended', () => {
    const live = job('stt')
    noteStamp(live, { attempt: 1, sentAtMs: 200, queuedMs: 2, afterMs: 0 }, 5_000)
    Object.assign(live, { wantedAtMs: 195, endedAtMs: 1_350 })
    const { stages } = waterfallOf(turn({ jobs: new Map([['item_1', live]]) }), 9_000)
    expect(stages.filter(({ name }) => name.startsWith('stt'))).toEqual([{ name: 'stt', atMs: 0, ms: 350 }])
  })

  it('lets a job that was never heard of wait until the turn ends', () => {
    const unheard = job('stt')
    unheard.sentAtMs = 1_300
    const { stages } = waterfallOf(turn({ jobs: new Map([['item_1', unheard]]), status: 'left' }), 9_000)
    expect(stages.at(-1)).toEqual({ name: 'stt.wait', atMs: 300, ms: 1_700 })
  })
})
