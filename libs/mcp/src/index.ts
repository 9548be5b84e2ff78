export { type AllowList, parseAllowList } from './allow-list.ts'
export { refusalOfServerHeaders } from './server-headers.ts'
export { isPublicAddress } from './public-address.ts'
export { refusalOfServerUrl } from './server-url.ts'
