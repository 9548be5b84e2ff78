import type { UpgradeRequest } from './transport/index.ts'

const keyProtocol = 'openai-insecure-api-key.'

/** The key of a request's headers: the bearer, or the one that Azure's clients send; null where there is none. */
export function keyInHeaders(header: (name: string) => string | undefined): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(header('authorization') ?? '')?.[1]
  return bearer ?? (header('api-key')?.trim() || null)
}

/** The key of a connection: of its headers, else of the subprotocol that browsers use in their place, else of the query as Azure has it. */
export function keyOfConnection({ header, protocols, query }: Pick<UpgradeRequest, 'header' | 'protocols' | 'query'>) {
  const offered = protocols.find((protocol) => protocol.startsWith(keyProtocol))?.slice(keyProtocol.length)
  return keyInHeaders(header) ?? (offered || query.get('api-key') || null)
}
