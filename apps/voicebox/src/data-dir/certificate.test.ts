import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer, connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { makeTempDir } from '../testing/processes.ts'
import { ensureCertificate } from './certificate.ts'

const dayMs = 24 * 3_600_000

describe('the self-signed certificate', () => {
  it('is trusted by a client that is given it, under every local name', async () => {
    const { certFile, keyFile } = await ensureCertificate(makeTempDir(), Date.now())
    const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)]
    const server = createServer({ cert, key }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const client = connect({ host: '127.0.0.1', port, ca: cert })
    await once(client, 'secureConnect')
    expect(client.authorized).toBe(true)
    client.destroy()
    server.close()
    const certificate = new X509Certificate(cert)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.checkIP('::1')).toBe('::1')
  })

  it('stays the same until it is about to expire', async () => {
    const folder = makeTempDir()
    const nowMs = Date.now()
    const { certFile } = await ensureCertificate(folder, nowMs)
    const first = readFileSync(certFile, 'utf8')
    await ensureCertificate(folder, nowMs + 300 * dayMs)
    expect(readFileSync(certFile, 'utf8')).toBe(first)
    await ensureCertificate(folder, nowMs + 340 * dayMs)
    expect(readFileSync(certFile, 'utf8')).not.toBe(first)
  })

  it('has a key that only its owner reads', async () => {
    const { keyFile } = await ensureCertificate(makeTempDir(), Date.now())
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  })
})
