export { makeAdminApi } from './api.ts'
export type { Caller, Credentials } from './caller.ts'
export { adminDocument, adminPath } from './document.ts'
export type { AdminServices } from './services.ts'
