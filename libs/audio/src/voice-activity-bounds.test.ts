import { describe, expect, it } from 'vitest'
import { type VoiceStream, openVoiceActivity } from './voice-activity.ts'

describe('Voice activity detection', () => {
  it('takes a write of any length, but no further ones while more than the bound is pending', async () => {
    const bounded = await openVoiceActivity({ maxStreams: 3, maxPendingMs: 60_000, maxTotalPendingMs: 90_000 })
    const open = (): VoiceStream => bounded.open({ inputRateHz: 8_000, onHeard: () => {}, onFailure: () => {} })
    const [first, second, third] = [open(), open(), open()]
    const refused = expect.objectContaining({ kind: 'capacity', code: 'audio_backlog' }) as Error
    first.write(new Int16Array(8_000 * 61))
    expect(() => first.write(new Int16Array(80))).toThrow(refused)
    second.write(new Int16Array(8_000 * 31))
    expect(() => third.write(new Int16Array(80))).toThrow(refused)
    first.close()
    third.write(new Int16Array(80)) // what a closed stream had pending counts no more
    await bounded.close()
  })
})
