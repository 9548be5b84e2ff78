import { sttEngines } from '@voicebox/engines'
import { describeSpeechRecognizer } from '@voicebox/engines/testing'
import { makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makeStub } from './stub.ts'

const samples = new Int16Array(16_000).fill(100)
const transcript = 'what the stub says'

describeSpeechRecognizer('the stub', () =>
  Promise.resolve({
    open: () => Promise.resolve(makeStub({ transcript, sttMs: 1 })),
    utterances: [
      { samples, text: transcript },
      { samples, text: transcript },
    ],
    listens: false,
    interims: sttEngines.stub.interims,
    givesLogprobs: true,
  }),
)

describe('the stub', () => {
  it('waits its time after the end of the utterance, and not before', async () => {
    const clock = makeManualClock()
    const spoken = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    async function* audio(): AsyncGenerator<Int16Array, void, undefined> {
      yield samples
      await spoken.promise
      setImmediate(ended.resolve) // after the reader has met the end
    }
    let isFinal = false
    const recognitions = makeStub({ transcript, sttMs: 100 }, clock).recognize({
      audio: audio(),
      signal: new AbortController().signal,
    })
    const recognition = Array.fromAsync(recognitions).then(() => (isFinal = true))
    clock.advance(1_000)
    spoken.resolve()
    await ended.promise
    clock.advance(99)
    await new Promise(setImmediate)
    expect(isFinal).toBe(false)
    clock.advance(1)
    await recognition
    expect(isFinal).toBe(true)
  })
})
