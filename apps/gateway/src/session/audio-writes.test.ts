import { Failure, systemClock } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { type AudioWrites, makeAudioWrites } from './audio-writes.ts'
import { makePatience } from './patience.ts'

const piece = (samples: number): Uint8Array => new Uint8Array(samples * 2)

let written: string[]
let failed: string[]
let failures: (Error | null)[]
beforeEach(() => {
  ;[written, failed, failures] = [[], [], []]
})

function make(): AudioWrites {
  return makeAudioWrites({
    maxUnwrittenMs: 300_000,
    async append(itemId, at, pcm, isLast) {
      await new Promise(setImmediate)
      const failure = failures.shift()
      if (failure) throw failure
      written.push(`${itemId} ${at} ${[pcm?.length ?? [], isLast ? 'end' : []].flat().join(' ')}`)
    },
    patience: makePatience({ clock: systemClock, holdMs: 20_000 }),
    onFailure: (error) => void failed.push(error.message),
  })
}

describe('Writing audio', () => {
  it('keeps the order of all that is handed over', async () => {
    const writes = make()
    writes.append('a', 0, piece(10))
    writes.write(async () => void written.push('between'))
    writes.append('a', 10, null)
    await writes.written()
    expect(written).toEqual(['a 0 20', 'between', 'a 10 end'])
  })

  it('says how much of utterances is not written yet, and waits only for what was handed over', async () => {
    const writes = make()
    writes.append('a', 0, piece(10))
    writes.append('a', 10, piece(5))
    expect(writes.unwritten).toBe(15)
    const first = writes.written()
    writes.append('a', 15, piece(7))
    await first
    expect(written).toHaveLength(2)
    expect(writes.unwritten).toBe(7)
    await writes.written()
    expect(writes.unwritten).toBe(0)
  })

  it('tries again while Redis is away, and lets nothing overtake', async () => {
    failures = [new Failure('dependency', 'redis_failed', 'away')]
    const writes = make()
    writes.append('a', 0, piece(10))
    writes.append('a', 10, null)
    await writes.written()
    expect([written, failed]).toEqual([['a 0 20 end'], []])
  })

  it('writes the end with the last piece, where that has not gone yet and nothing came between', async () => {
    const writes = make()
    writes.append('a', 0, piece(10))
    writes.append('b', 0, piece(3))
    writes.append('b', 3, null)
    writes.append('a', 10, null)
    await writes.written()
    writes.append('c', 0, piece(4))
    await new Promise(setImmediate)
    writes.append('c', 4, null)
    await writes.written()
    expect(written).toEqual(['a 0 20', 'b 0 6 end', 'a 10 end', 'c 0 8', 'c 4 end'])
    expect(writes.unwritten).toBe(0)
  })

  it('says what fails for another reason, and resolves all the same', async () => {
    failures = [new Error('broken')]
    const writes = make()
    writes.append('a', 0, piece(10))
    await writes.written()
    expect([written, failed]).toEqual([[], ['broken']])
  })

  it('gives up when five minutes wait', () => {
    failures = [new Failure('dependency', 'redis_failed', 'away')]
    const writes = make()
    writes.append('a', 0, piece(16_000 * 300))
    expect(failed).toEqual([])
    writes.append('a', 16_000 * 300, piece(1))
    expect(failed).toEqual(['Too much audio waits to be kept'])
  })
})
