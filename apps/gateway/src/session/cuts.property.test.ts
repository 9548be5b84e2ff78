import fc, { type IAsyncPropertyWithHooks } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CutProperties, makeCutProperties } from '../testing/cut-properties.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import { loadRecordings, type Recordings } from '../testing/recorded-speech.ts'

const settings = { timeout: 300_000 }

/** What comes sometimes at once and sometimes late. */
const paceMs = (): number => Math.max(0, Math.random() * 8 - 4)

/** A failure is that of a moment, so there is no use in looking for a smaller one. */
const holds = (property: IAsyncPropertyWithHooks<unknown>, numRuns: number): Promise<void> =>
  fc.assert(property, { numRuns, endOnFailure: true })

describe('Property: a session whose processes and connections are cut at any of their steps', () => {
  let recordings: Recordings
  let sessions: Sessions
  let properties: CutProperties
  beforeAll(async () => {
    recordings = await loadRecordings()
    sessions = await openSessions({ workers: { paceMs } })
    properties = makeCutProperties(sessions, recordings)
  })
  afterAll(() => sessions.close())

  it('tells and hears what one does that nothing happens to: ids, order, audio', settings, async () => {
    await holds(properties.byHand, 40)
    expect(properties.reached.cuts).toBeGreaterThan(30)
    expect(properties.reached.resumptions).toBeGreaterThan(20)
  })

  it('finds the turns in speech that it finds without that, and none of their audio is lost', settings, async () => {
    await holds(properties.byVoice, 8)
  })

  it(
    'has each event act once, and tells everything once and in order, though its client waits for nothing',
    settings,
    async () => {
      const eager = await openSessions({ workers: { paceMs, isEager: true } })
      await holds(makeCutProperties(eager, recordings).inHaste, 60)
      await eager.close()
    },
  )
})
