import { describe, expect, it } from 'vitest'
import { restartAll } from './restart-all.ts'

describe('A restart of everything', () => {
  it('is of one part after another', async () => {
    const notes: string[] = []
    const part = (name: string) => ({
      name,
      async restart() {
        notes.push(`${name} leaves`)
        await new Promise((resolve) => setImmediate(resolve))
        notes.push(`${name} serves`)
      },
    })
    const tell = { onFailed: (name: string) => notes.push(`${name} failed`), onDone: () => notes.push('done') }
    await restartAll([part('stt'), part('gateway')], tell)
    expect(notes).toEqual(['stt leaves', 'stt serves', 'gateway leaves', 'gateway serves', 'done'])
  })

  it('stops at the part that does not serve again', async () => {
    const notes: string[] = []
    const tell = {
      onFailed: (name: string, reason: string) => notes.push(`${name}: ${reason}`),
      onDone: () => notes.push('done'),
    }
    const gateway = { name: 'gateway', restart: async () => void notes.push('gateway') }
    await restartAll([{ name: 'stt', restart: () => Promise.reject(new Error('broken')) }, gateway], tell)
    expect(notes).toEqual(['stt: broken'])
  })
})
