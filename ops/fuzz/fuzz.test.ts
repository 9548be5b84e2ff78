import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { makeChance } from '../chaos/plan/chance.ts'
import { openCoverage } from './coverage.ts'
import { fuzz, type FuzzReport } from './fuzz.ts'
import type { Target } from './target.ts'

/** Something wrong that only those find who keep what brought them half way. */
const hidden = `
export function take(frame) {
  let event
  try { event = JSON.parse(frame) } catch { return }
  if (event?.type !== 'session.update') return
  if (!Array.isArray(event.session)) return
  if (event.session.length < 3) return
  if (event.event_id !== null) return
  throw new Error('found')
}`

describe('A fuzzer', () => {
  let folder = ''
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function search({ isBlind }: { isBlind: boolean }): Promise<FuzzReport> {
    folder = await mkdtemp(join(tmpdir(), 'voicebox-fuzz-'))
    const file = join(folder, 'hidden.mjs')
    await writeFile(file, hidden)
    const coverage = openCoverage([isBlind ? 'nowhere' : 'hidden.mjs'])
    const { take } = (await import(pathToFileURL(file).href)) as { take(frame: string): void }
    const target: Target = {
      maxFrames: 3,
      run(frames) {
        for (const frame of frames) take(frame)
        return []
      },
    }
    try {
      return fuzz({
        target,
        seeds: [
          ['{"type":"session.update","event_id":"e","session":{"type":"realtime"}}'],
          ['{"type":"response.cancel"}'],
        ],
        chance: makeChance(3),
        coverage,
        untilMs: performance.now() + (isBlind ? 1_000 : 20_000),
      })
    } finally {
      coverage.close()
    }
  }

  it('finds what lies behind several conditions, and leaves of the input what it takes', async () => {
    const { finding, corpus, places } = await search({ isBlind: false })
    expect(finding?.problem).toContain('found')
    expect(finding?.frames).toHaveLength(1)
    expect(corpus).toBeGreaterThan(2)
    expect(places).toBeGreaterThan(5)
  })

  it('keeps nothing where it does not see what it reaches', async () => {
    expect(await search({ isBlind: true })).toMatchObject({ places: 0, corpus: 0 })
  })
})
