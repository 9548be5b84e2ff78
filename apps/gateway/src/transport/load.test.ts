import { describe, expect, it } from 'vitest'
import { Failure } from '@voicebox/kernel'
import { loadTransport } from './load.ts'

const platformPackage = `@uwsjs/${process.platform}-${process.arch}-${process.versions.node.split('.')[0] ?? ''}`
const fakeUws = { App: () => {}, SSLApp: () => {}, us_listen_socket_close: () => {}, us_socket_local_port: () => {} }

/** Imports from a made-up set of installed packages; the official one cannot be installed here. */
function importFrom(installed: Record<string, unknown>): (name: string) => Promise<unknown> {
  return (name) =>
    name in installed ? Promise.resolve(installed[name]) : Promise.reject(new Error(`Cannot find ${name}`))
}

describe('loadTransport', () => {
  it('finds the uWebSockets that comes as an optional dependency where there is one for the platform', async () => {
    const { transport, why } = await loadTransport('auto')
    if (platformPackage === '@uwsjs/linux-x64-22') expect(why).toBe('@uwsjs/linux-x64-22 was found')
    expect(transport.name).toBe(why.endsWith('was found') ? 'uws' : 'ws')
  })

  it('prefers the official package that an operator installed', async () => {
    const { transport, why } = await loadTransport(
      'auto',
      importFrom({ 'uWebSockets.js': { default: fakeUws }, [platformPackage]: fakeUws }),
    )
    expect([transport.name, why]).toEqual(['uws', 'uWebSockets.js was found'])
  })

  it('falls back to ws and says what stood in the way', async () => {
    const { transport, why } = await loadTransport('auto', importFrom({ [platformPackage]: { unrelated: true } }))
    expect(transport.name).toBe('ws')
    expect(why).toContain('Cannot find uWebSockets.js')
    expect(why).toContain(`${platformPackage}: it is not uWebSockets.js`)
  })

  it('looks for nothing when ws is demanded', async () => {
    const { transport } = await loadTransport('ws', importFrom({ 'uWebSockets.js': fakeUws }))
    expect(transport.name).toBe('ws')
  })

  it('fails with what to install when uws is demanded and missing', async () => {
    const missing = loadTransport('uws', importFrom({}))
    await expect(missing).rejects.toThrow(Failure)
    await expect(missing).rejects.toMatchObject({ kind: 'dependency', code: 'uws_unavailable' })
    await expect(missing).rejects.toThrow(`install uWebSockets.js or ${platformPackage}`)
  })
})
