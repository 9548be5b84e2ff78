import { describe, expect, it } from 'vitest'
import { makePlayout } from './playout.ts'

describe('What the client still has to play', () => {
  it('is what was sent, less the time since', () => {
    let now = 1_000
    const playout = makePlayout({ now: () => now, after: () => () => {} })
    expect(playout.leftMs).toBe(0)
    playout.sent(24_000)
    now += 400
    expect(playout.leftMs).toBe(600)
    playout.sent(2_400)
    expect(playout.leftMs).toBe(700)
    now += 5_000
    expect(playout.leftMs).toBe(0)
    playout.sent(240)
    expect(playout.leftMs).toBe(10)
  })

  it('is nothing once the client stops playing', () => {
    const playout = makePlayout({ now: () => 5, after: () => () => {} })
    playout.sent(24_000)
    playout.stop()
    expect(playout.leftMs).toBe(0)
  })
})
