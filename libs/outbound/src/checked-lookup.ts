import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** Set on the error of a connection that was not made, because the name leads to an address that is not public. */
export const notPublic = 'ERR_ADDRESS_NOT_PUBLIC'

/**
 * A lookup for sockets that answers public addresses only. The socket connects to what this has answered and asks no second
 * time, so a name that leads elsewhere by then (DNS rebinding) gains nothing. One address that is not public refuses all.
 */
export function makeCheckedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : []
      const [first] = addresses
      if (error !== null) callback(error, [])
      else if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        callback(refusal(), [])
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name leads to an address that is not public'), { code: notPublic })
}
