import { eventSchemas, type EventSchema } from './schemas.ts'

/** Describes the WebSocket as an AsyncAPI 3.0 document, from the schemas that it is served by. */
export function asyncApiDocument(): object {
  const { received, sent, objects } = eventSchemas()
  const events = [...received, ...sent]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'AgentVoiceBox',
      version: '0.1.0',
      description: about,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: 'localhost:8080',
        protocol: 'ws',
        description: 'The gateway where its port is not configured; with TLS, `wss`.',
        security: [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/apiKey' }],
      },
    },
    channels: { realtime: channel(events) },
    operations: {
      receiveClientEvents: {
        action: 'receive',
        channel: { $ref: '#/channels/realtime' },
        summary: 'What a client sends.',
        messages: received.map(refInChannel),
      },
      sendServerEvents: {
        action: 'send',
        channel: { $ref: '#/channels/realtime' },
        summary: 'What the server sends.',
        messages: sent.map(refInChannel),
      },
    },
    components: {
      messages: Object.fromEntries(events.map((event) => [event.type, message(event)])),
      schemas: objects,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'httpApiKey', in: 'header', name: 'api-key' },
      },
    },
  }
}

const about =
  'The socket of a voice gateway for clients of the OpenAI Realtime API. A frame is one JSON object in a text message. Secrets and models are administered over HTTP, see the OpenAPI document.'

const channel = (events: EventSchema[]): object => ({
  address: '/v1/realtime',
  description: 'One session: its events in both directions, in order.',
  messages: Object.fromEntries(events.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
  bindings: {
    ws: {
      method: 'GET',
      query: {
        type: 'object',
        properties: {
          model: { type: 'string', description: 'Model of a conversational session; its secret may name it instead.' },
          session_id: { type: 'string', description: 'Resumes a session; the model is its own.' },
          last_event_id: { type: 'string', description: 'With `session_id`: the last event that was received.' },
          sent_events: {
            type: 'integer',
            minimum: 0,
            description:
              'With `session_id`: how many events the client has sent, which will send again what was not taken.',
          },
          intent: { const: 'transcription', description: 'Opens a transcription session, without a model.' },
        },
      },
      headers: {
        type: 'object',
        properties: {
          'OpenAI-Beta': { const: 'realtime=v1', description: 'Chooses the beta dialect, which protocol.md tells of.' },
        },
      },
      bindingVersion: '0.1.0',
    },
  },
})

const refInChannel = ({ type }: EventSchema): object => ({ $ref: `#/channels/realtime/messages/${type}` })

const message = ({ type, description, payload }: EventSchema): object => ({
  name: type,
  title: type,
  summary: description,
  payload,
})
