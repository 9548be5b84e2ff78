import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { ensurePortFree } from './free-port.ts'

const { signal } = new AbortController()

it('refuses a port that is taken, naming it and its setting', async () => {
  const { server, port } = await occupy()
  await expect(ensurePortFree({ host: '127.0.0.1', port, setting: 'VOICEBOX_PORT' }, 0, signal)).rejects.toThrow(
    `VOICEBOX_PORT: port ${port} on 127.0.0.1 is in use`,
  )
  server.close()
})

it('waits for a predecessor that is just leaving', async () => {
  const { server, port } = await occupy()
  const free = ensurePortFree({ host: '127.0.0.1', port, setting: 'VOICEBOX_PORT' }, 60_000, signal)
  server.close()
  await expect(free).resolves.toBeUndefined()
})

it('refuses an address that is not of this machine', async () => {
  await expect(ensurePortFree({ host: '192.0.2.1', port: 1, setting: 'VOICEBOX_PORT' }, 0, signal)).rejects.toThrow(
    'VOICEBOX_HOST: cannot listen on 192.0.2.1',
  )
})

async function occupy() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It does not listen')
  return { server, port: address.port }
}
