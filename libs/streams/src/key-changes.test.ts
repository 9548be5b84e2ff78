import { describe, expect, it, vi } from 'vitest'
import { type KeyChangeMessage, tellKeyChange, watchKeyChanges } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'

describe.each(redisKinds)('a change of keys, on %s', (kind) => {
  const server = useRedis(kind)
  const [teller, listener] = [server.handle(), server.handle()]

  it('is heard by everybody who listens', async () => {
    const heard: KeyChangeMessage[] = []
    const onChange = (change: KeyChangeMessage): void => void heard.push(change)
    const watches = await Promise.all([teller, listener].map((one) => watchKeyChanges(one, { onChange, onGap() {} })))
    const changes: KeyChangeMessage[] = [
      { kind: 'key_revoked', prefix: 'sk-vb-1' },
      { kind: 'tenant_suspended', tenantId: 'acme' },
      { kind: 'tenant_resumed', tenantId: 'acme' },
    ]
    for (const change of changes) await tellKeyChange(teller, change)
    await vi.waitFor(() => expect(heard).toHaveLength(6), { timeout: 10_000 })
    expect(heard).toEqual(expect.arrayContaining(changes))
    for (const watch of watches) await watch.close()
  })
})
