import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface CertificateFiles {
  certFile: string
  keyFile: string
}

const dayMs = 24 * 3_600_000
const validForMs = 365 * dayMs
const renewBeforeMs = 30 * dayMs

/** The self-signed certificate of this data directory, made anew when it is missing, unreadable or about to expire. */
export async function ensureCertificate(folder: string, nowMs: number): Promise<CertificateFiles> {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  if (isUsable(files, nowMs)) return files
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - dayMs),
    notAfterDate: new Date(nowMs + validForMs),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  writeFileSync(files.keyFile, made.private, { mode: 0o600 })
  writeFileSync(files.certFile, made.cert, { mode: 0o644 })
  return files
}

function isUsable({ certFile, keyFile }: CertificateFiles, nowMs: number): boolean {
  try {
    const { validTo } = new X509Certificate(readFileSync(certFile))
    return readFileSync(keyFile).length > 0 && Date.parse(validTo) - nowMs > renewBeforeMs
  } catch {
    return false
  }
}
