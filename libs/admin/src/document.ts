import { OpenAPIHono } from '@hono/zod-openapi'
import { operations } from './operations.ts'
import { routeOf } from './route.ts'
import { tags } from './tags.ts'

/** The API as OpenAPI 3.1 describes it. */
export function adminDocument(): ReturnType<OpenAPIHono['getOpenAPI31Document']> {
  const api = new OpenAPIHono()
  api.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. Its scopes are the roles that operations name; one of them is needed.',
  })
  for (const operation of operations) api.openAPIRegistry.registerPath(routeOf(operation))
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'AgentVoiceBox admin API',
      version: '1',
      description: overview,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: adminPath }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  })
}

/** Where the API is. */
export const adminPath = '/v1/admin'

const overview = [
  'Manages the tenants of an installation. Keys with the scope `platform` may do all of it; those with `admin` may do what is',
  'below their own tenant, and to them other tenants do not exist. Lists come in pages: `next` of one is `after` of the next.',
  'Errors are problem details (RFC 9457). Every change is written to the audit log, with the change or not at all.',
].join(' ')
