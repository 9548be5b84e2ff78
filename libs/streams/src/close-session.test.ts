import { silentLog } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { closeSession, createSession, findSession, listLiveSessions } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { holdOptions } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('Closing a session from outside, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const ended: string[] = []
  const close = (session: { tenantId: string; sessionId: ReturnType<typeof holdOptions>['sessionId'] }) =>
    closeSession(redis, {
      ...session,
      holder: 'admin',
      patienceMs: 300,
      onEnded: (one) => void ended.push(one.sessionId),
      log: silentLog,
    })

  it('asks whoever holds it, who ends it', async () => {
    const told = Promise.withResolvers<void>()
    const options = holdOptions({ onDismissed: () => told.resolve() })
    const hold = await createSession(redis, options)
    const onEnded = (): void => expect.unreachable('its holder has ended it')
    const closing = closeSession(redis, { ...options, holder: 'admin', patienceMs: 20_000, onEnded, log: silentLog })
    await told.promise
    await hold.end('closed_by_admin')
    expect(await closing).toBe('closed')
    expect(await findSession(redis, options)).toBeNull()
    await hold.close()
  })

  it('takes it from a holder that does not answer, and ends it', async () => {
    const options = holdOptions()
    const hold = await createSession(redis, options)
    expect(await close(options)).toBe('closed')
    expect(ended).toEqual([options.sessionId])
    expect(await findSession(redis, options)).toBeNull()
    expect(await listLiveSessions(redis, 'tenant')).toEqual([])
    await hold.close()
  })

  it('finds none that has ended, or is another tenant’s', async () => {
    const options = holdOptions()
    const hold = await createSession(redis, options)
    expect(await close({ ...options, tenantId: 'other' })).toBe('none')
    expect(await findSession(redis, options)).not.toBeNull()
    await close(options)
    expect(await close(options)).toBe('none')
    await hold.close()
  })
})
