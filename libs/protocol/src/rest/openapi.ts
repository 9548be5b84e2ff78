import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { z } from 'zod'
import { type Operation, operations } from './operations.ts'
import { restErrorSchema } from './rest-error.ts'

/** Describes the REST API as an OpenAPI 3.1 document. */
export function openApiDocument(): object {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'AgentVoiceBox',
      version: '0.1.0',
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1' }, { url: '/openai/v1', description: 'For clients of Azure OpenAI.' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths: paths(operations),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'api-key' },
      },
    },
  })
}

const about =
  'The REST side of a voice gateway for clients of the OpenAI Realtime API. Conversations themselves are held over WebSocket, at `/realtime`.'

function paths(all: readonly Operation[]): ZodOpenApiPathsObject {
  return Object.fromEntries(all.map((operation) => [operation.path, { [operation.method]: described(operation) }]))
}

function described({ id, path, summary, request, answer }: Operation): ZodOpenApiOperationObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    operationId: id,
    summary,
    ...(names.length === 0
      ? {}
      : { requestParams: { path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) } }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: false, content: { 'application/json': { schema: request } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: answer } } },
      ...Object.fromEntries(
        Object.entries(refusals)
          .filter(([status]) => request !== undefined || !ofBodies.includes(status))
          .map(([status, description]) => [
            status,
            { description, content: { 'application/json': { schema: restErrorSchema } } },
          ]),
      ),
    },
  }
}

const refusals = {
  400: 'The body is not valid; `param` names the place.',
  401: 'The key is missing, wrong or expired.',
  403: 'A client secret opens connections, not this API.',
  404: 'There is no such thing.',
  405: 'The path knows other methods, which `Allow` names.',
  413: 'The body exceeds 1 MiB.',
  415: 'The body is not JSON.',
  429: 'Too much is asked at the moment.',
  500: 'The server had an error.',
  503: 'The service is not available at the moment.',
}
const ofBodies = ['400', '413', '415']
