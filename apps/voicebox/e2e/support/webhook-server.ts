import { createServer } from 'node:https'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { Closable } from '@voicebox/kernel'
import { makeCertificate } from './certificate.ts'

/** A server of a tenant that is told events; it answers as it is told to. */
export interface WebhookServer extends Closable {
  origin: string
  /** The file of its certificate, for who shall trust it. */
  certFile: string
  received: { headers: Record<string, string>; body: string }[]
  answer: number
  close(): Promise<void>
}

export async function startWebhookServer(): Promise<WebhookServer> {
  const certificate = await makeCertificate()
  const [cert, key] = await Promise.all([readFile(certificate.certFile), readFile(certificate.keyFile)])
  const server = createServer({ cert, key }, (request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      told.received.push({ headers: request.headers as Record<string, string>, body })
      response.writeHead(told.answer).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const told: WebhookServer = {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    certFile: certificate.certFile,
    received: [],
    answer: 204,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await certificate.close()
    },
  }
  return told
}
