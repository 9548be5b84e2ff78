import type { Acceptance, ListenOptions, UpgradeRequest } from './port.ts'
import { plainAddress } from './address.ts'
import { internalError } from './http.ts'

export interface UpgradeHead {
  /** Path and query as they stood in the request line. */
  target: string
  header(lowerCaseName: string): string | undefined
  remoteAddress: string
  signal: AbortSignal
}

/** Asks the application about one upgrade. Always answers: a bug of the application is a refusal with 500. */
export async function decideUpgrade(
  options: Pick<ListenOptions, 'accept' | 'log'>,
  head: UpgradeHead,
): Promise<Acceptance> {
  const request = readUpgrade(head)
  try {
    const acceptance = await options.accept(request)
    if (acceptance.kind === 'refuse') return acceptance
    const { protocol, open } = acceptance
    // a client aborts the handshake over a subprotocol that it did not offer
    return protocol !== undefined && request.protocols.includes(protocol) ? acceptance : { kind: 'accept', open }
  } catch (error) {
    options.log.error({ error, path: request.path }, 'Deciding on an upgrade failed')
    return { kind: 'refuse', status: 500, body: internalError }
  }
}

function readUpgrade({ target, header, remoteAddress, signal }: UpgradeHead): UpgradeRequest {
  const [path = '/', query = ''] = splitOnce(target, '?')
  return {
    path,
    query: new URLSearchParams(query),
    header: (name) => header(name.toLowerCase()),
    protocols: (header('sec-websocket-protocol') ?? '')
      .split(',')
      .map((offer) => offer.trim())
      .filter((offer) => offer !== ''),
    remoteAddress: plainAddress(remoteAddress),
    signal,
  }
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
