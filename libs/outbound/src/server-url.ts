import { isIP } from 'node:net'
import type { AllowList } from './allow-list.ts'
import { isPublicAddress } from './public-address.ts'

/**
 * Says why a server of somebody else may not be asked at this URL, or null. What can be told from the text alone is told here; where a
 * name leads is known only when it is connected to, and has to be checked again there, at each connection.
 */
export function refusalOfServerUrl(text: string, allow: AllowList): string | null {
  const url = URL.parse(text)
  if (url === null) return 'It is not a URL.'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Its scheme is not https.'
  if (url.username !== '' || url.password !== '') return 'It contains credentials; they belong elsewhere.'
  if (allow.admits(url)) return null
  if (url.protocol !== 'https:') return 'Its scheme is not https.'
  return isPublicHost(url.hostname) ? null : 'It leads to an address that is not public.'
}

/** The parser of URLs has already read numbers, octal and hexadecimal ones too, and brought them into their usual form. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0) return isPublicAddress(host)
  return !/^(.*\.)?localhost\.?$/.test(host)
}
