import { describe, expect, it } from 'vitest'
import { type AudioIntake, makeAudioIntake } from './audio-intake.ts'

/** An intake whose audio is heard when the test says so. */
function open(): { intake: AudioIntake; log: string[]; hear(): void } {
  const log: string[] = []
  const unheard: (() => void)[] = []
  const intake = makeAudioIntake({
    format: { type: 'audio/pcmu' },
    write: (samples) => log.push(`${samples.length} samples`),
    whenHeard: (run) => void unheard.push(run),
  })
  return { intake, log, hear: () => unheard.shift()?.() }
}

const refuse = (): never => expect.fail('Audio was refused')

describe('The audio intake', () => {
  it('lets through in order what came behind changes, up to the next change that is not made yet', () => {
    const { intake, log, hear } = open()
    intake.append(new Uint8Array(1), 1, refuse)
    intake.mark(() => log.push('one'), true)
    intake.append(new Uint8Array(2), 1, refuse)
    intake.mark(() => log.push('two'), false)
    intake.mark(() => (intake.format = { type: 'audio/pcm', rate: 24_000 }), true)
    intake.append(new Uint8Array(6), 1, refuse)
    expect(log).toEqual(['1 samples'])
    hear()
    expect(log).toEqual(['1 samples', 'one', '2 samples'])
    hear()
    hear()
    expect(log).toEqual(['1 samples', 'one', '2 samples', 'two', '3 samples'])
    expect(intake.waiting).toBe(0)
  })

  it('puts what a change brings about behind what already waits', () => {
    const { intake, log, hear } = open()
    intake.mark(() => intake.append(new Uint8Array(3), 1, refuse), true)
    intake.append(new Uint8Array(2), 1, refuse)
    hear()
    expect(log).toEqual(['2 samples', '3 samples'])
  })

  it('bounds what waits at one time, not what waited in all', () => {
    const { intake, hear } = open()
    for (let round = 0; round < 5; round += 1) {
      intake.mark(() => {}, true)
      intake.append(new Uint8Array(10 * 2 ** 20), 1, refuse)
      hear()
    }
    expect(intake.waiting).toBe(0)
  })

  it('forgets what waits when it is closed', () => {
    const { intake, log, hear } = open()
    intake.mark(() => {}, true)
    intake.append(new Uint8Array(2), 1, refuse)
    intake.close()
    hear()
    expect(log).toEqual([])
  })
})
