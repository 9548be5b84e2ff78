import type { UwsRequest, UwsResponse } from './uws-types.ts'

/** What has to be copied out of a request before its handler returns. */
export interface UwsHead {
  method: string
  /** Path and query. */
  target: string
  headers: ReadonlyMap<string, string>
  remoteAddress: string
}

export function readHead(response: UwsResponse, request: UwsRequest): UwsHead {
  const headers = new Map<string, string>()
  request.forEach((name, value) => {
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  })
  const query = request.getQuery() ?? ''
  return {
    method: request.getCaseSensitiveMethod(),
    target: query === '' ? request.getUrl() : `${request.getUrl()}?${query}`,
    headers,
    remoteAddress: Buffer.from(response.getRemoteAddressAsText()).toString('latin1'),
  }
}
