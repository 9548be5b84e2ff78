import { describe, expect, it } from 'vitest'
import { openScope, withScope } from './scope.ts'

describe('A scope', () => {
  it('closes what it owns in reverse, each once, also when one of them fails', async () => {
    const closed: string[] = []
    const scope = openScope()
    for (const name of ['first', 'second', 'third']) {
      scope.use({
        close() {
          closed.push(name)
          if (name === 'second') throw new Error('stuck')
        },
      })
    }
    await expect(scope.close()).rejects.toThrow('Closing failed')
    await scope.close()
    expect(closed).toEqual(['third', 'second', 'first'])
  })

  it('closes what was opened when opening the rest fails', async () => {
    const closed: string[] = []
    const opening = withScope((scope) => {
      scope.defer(() => void closed.push('first'))
      return Promise.reject(new Error('no second'))
    })
    await expect(opening).rejects.toThrow('no second')
    expect(closed).toEqual(['first'])
  })
})
