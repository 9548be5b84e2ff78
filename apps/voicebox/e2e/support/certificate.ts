import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** A self-signed certificate for localhost, in files that are gone after `close`. */
export async function makeCertificate(): Promise<{
  certFile: string
  keyFile: string
  pem: string
  close(): Promise<void>
}> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-certificate-'))
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })])
  return { certFile, keyFile, pem: cert, close: () => rm(folder, { recursive: true, force: true }) }
}
