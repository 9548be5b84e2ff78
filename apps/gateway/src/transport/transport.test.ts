import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '@voicebox/kernel'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { type TlsFiles, openHost } from './conformance/host.ts'
import { loadTransport } from './load.ts'
import { transportConformance } from './transport.conformance.ts'

const loaded = await Promise.all([loadTransport('ws'), loadTransport('auto')])
const transports = new Map(loaded.map(({ transport }) => [transport.name, transport]))

let folder: string
let tlsFiles: TlsFiles

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebox-tls-'))
  tlsFiles = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') }
  const pem = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
  await Promise.all([writeFile(tlsFiles.keyFile, pem.private), writeFile(tlsFiles.certFile, pem.cert)])
})

afterAll(() => rm(folder, { recursive: true }))

describe.each([...transports])('the transport %s', (_name, transport) => {
  describe('without TLS', () => transportConformance(transport))
  describe('with TLS', () => transportConformance(transport, () => tlsFiles))

  it('rejects TLS files that are not there, as a failed dependency', async () => {
    const missing = openHost(transport, { keyFile: join(folder, 'no-key.pem'), certFile: join(folder, 'no-cert.pem') })
    await expect(missing).rejects.toThrow(Failure)
    await expect(missing).rejects.toMatchObject({ kind: 'dependency', code: 'tls_files_unusable' })
  })
})
