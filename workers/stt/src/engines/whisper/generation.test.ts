import { describe, expect, it } from 'vitest'
import { transcriptWatch } from './generation.ts'

const end = 9
const opening = [1n, 2n]

/** A watch over rows of a batch, and what they have told. */
function watch(rows: readonly { longest?: number; isWanted?: () => boolean }[]) {
  const told: [row: number, ids: number[]][] = []
  const watched = rows.map(({ longest = 10, isWanted = () => true }, row) => ({
    longest,
    isWanted,
    onTokens: (ids: number[]) => void told.push([row, ids]),
  }))
  const criterion = transcriptWatch(watched, opening.length, [end])
  const step = (...texts: number[][]) =>
    criterion._call(texts.map((ids) => [...opening, ...ids.map(BigInt)]) as never, [])
  return { told, step }
}

describe('the watch over transcripts', () => {
  it('tells each text once, when its end token has come, and stops when all have theirs', () => {
    const { told, step } = watch([{}, {}])
    expect(step([3], [4])).toEqual([false, false])
    expect(step([3, end], [4, 5])).toEqual([true, false])
    expect(told).toEqual([[0, [3]]])
    expect(step([3, end, 7], [4, 5, end])).toEqual([true, true]) // what follows an end is not text
    expect(told).toEqual([
      [0, [3]],
      [1, [4, 5]],
    ])
  })

  it('does not take the opening for the text', () => {
    const { told, step } = watch([{}])
    expect(step([])).toEqual([false])
    expect(step([end])).toEqual([true])
    expect(told).toEqual([[0, []]])
  })

  it('cuts a text that is too long', () => {
    const { told, step } = watch([{ longest: 2 }])
    expect(step([3])).toEqual([false])
    expect(step([3, 4])).toEqual([true])
    expect(told).toEqual([[0, [3, 4]]])
  })

  it('stops for a text that nobody wants any more, and does not tell it', () => {
    let isWanted = true
    const { told, step } = watch([{ isWanted: () => isWanted }])
    expect(step([3])).toEqual([false])
    isWanted = false
    expect(step([3, 4])).toEqual([true])
    expect(told).toEqual([])
  })
})
