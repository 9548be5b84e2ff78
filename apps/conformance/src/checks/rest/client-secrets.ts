import { is } from '../../judgement/is.ts'
import { read, readNumber, readText } from '../../judgement/read.ts'
import { expectShape, type Shape } from '../../judgement/shape.ts'
import { checksOf } from '../../script/checks.ts'
import { update } from '../../script/session.ts'
import type { HttpAnswer } from '../../server/http.ts'
import type { Server } from '../../server/server.ts'
import { turnsAway } from '../handshake/turned-away.ts'

const secrets = checksOf('rest', 'POST client_secrets answers a secret, when it expires, and the session it opens.')
const expiry = checksOf('rest', 'A secret lives 600 seconds, or 10 to 7200 as asked.')
const use = checksOf('rest', 'A secret opens the session that it was made for, any number of times until it expires.')
const errors = checksOf(
  'rest',
  'HTTP errors are JSON: {error: {message, type, param, code}}; 401 for a bad key, 400 for a bad body.',
)

const path = '/client_secrets'
const session = (server: Server, fields: object = {}): object => ({
  session: { type: 'realtime', model: server.target.model, ...fields },
})
const wrong = {
  error: {
    message: is.someText,
    type: 'invalid_request_error',
    param: is.oneOf(null, is.text),
    code: is.oneOf(null, is.text),
  },
}

function expectHttp(answer: HttpAnswer, status: Shape, body: Shape): void {
  expectShape('the HTTP status', answer.status, status)
  expectShape('the body', answer.body, body)
}

const refused = (name: string, body: (server: Server) => unknown) =>
  errors.raw(name, async (server) => expectHttp(await server.post(path, body(server)), 400, wrong))

async function secretOf(server: Server, fields: object = {}): Promise<string> {
  const answer = await server.post(path, session(server, fields))
  expectShape('the HTTP status', answer.status, 200)
  return readText(answer.body, 'value')
}

export const restChecks = [
  secrets.raw('makes a secret with its session', async (server) => {
    const effective = { type: 'realtime', object: 'realtime.session', model: server.target.model, audio: is.object }
    const body = { value: is.id('ek'), expires_at: is.count, session: effective }
    expectHttp(await server.post(path, session(server)), 200, body)
  }),
  secrets.raw('shows the configuration that the secret carries', async (server) => {
    const fields = { instructions: 'Be brief.', output_modalities: ['text'] }
    expectHttp(await server.post(path, session(server, fields)), 200, { session: fields })
  }),
  secrets.raw('makes a secret for a transcription session', async (server) => {
    const answer = await server.post(path, { session: { type: 'transcription' } })
    expectHttp(answer, 200, { value: is.id('ek'), session: { type: 'transcription' } })
  }),
  secrets.raw('makes two different secrets', async (server) => {
    const first = await secretOf(server)
    expectHttp(await server.post(path, session(server)), 200, { value: is.not(first) })
  }),
  expiry.raw('lets a secret live for ten minutes', async (server) => {
    const now = Date.now() / 1_000
    const { body } = await server.post(path, session(server))
    expectShape('the seconds to live', readNumber(body, 'expires_at') - now, is.between(570, 630))
  }),
  expiry.raw('lets a secret live as long as it was asked to', async (server) => {
    const now = Date.now() / 1_000
    const asked = { ...session(server), expires_after: { anchor: 'created_at', seconds: 7_200 } }
    const { body } = await server.post(path, asked)
    expectShape('the seconds to live', readNumber(body, 'expires_at') - now, is.between(7_170, 7_230))
  }),
  ...[9, 7_201].map((seconds) =>
    expiry.raw(`refuses a secret of ${seconds} seconds`, async (server) => {
      const asked = { ...session(server), expires_after: { anchor: 'created_at', seconds } }
      expectHttp(await server.post(path, asked), 400, wrong)
    }),
  ),
  use.raw('opens a session with a secret, and no model beside it', async (server) => {
    const opened = await server.open({ key: await secretOf(server), query: '' })
    expectShape('session.created', opened.greeting, { session: { type: 'realtime', model: server.target.model } })
  }),
  use.raw('begins with the configuration of the secret, which an update may change', async (server) => {
    const opened = await server.open({ key: await secretOf(server, { instructions: 'Be brief.' }), query: '' })
    expectShape('session.created', opened.greeting, { session: { instructions: 'Be brief.' } })
    await update(opened, { instructions: 'Be long.' }, { instructions: 'Be long.' })
  }),
  use.raw('takes a secret from the subprotocols', async (server) => {
    const protocols = ['realtime', `openai-insecure-api-key.${await secretOf(server)}`]
    await server.open({ key: null, query: '', protocols })
  }),
  use.raw('takes a secret twice', async (server) => {
    const key = await secretOf(server)
    await server.open({ key, query: '' })
    await server.open({ key, query: '' })
  }),
  use.raw('opens the transcription session of a secret', async (server) => {
    const { body } = await server.post(path, { session: { type: 'transcription' } })
    const opened = await server.open({ key: readText(body, 'value'), query: '' })
    expectShape('session.created', opened.greeting, { session: { type: 'transcription' } })
  }),
  use.raw('turns away a secret that was never made', async (server) =>
    turnsAway(
      server,
      { key: 'ek_never_made', query: '' },
      { codes: ['invalid_api_key'], closeCode: 3000, statuses: [401] },
    ),
  ),
  errors.raw('answers a wrong key with 401', async (server) => {
    const answer = await server.post(path, session(server), { authorization: 'Bearer sk-wrong-key-of-conformance' })
    expectHttp(answer, 401, { error: { message: is.someText, code: is.oneOf('invalid_api_key', null) } })
  }),
  errors.raw('answers a missing key with 401', async (server) => {
    expectHttp(await server.post(path, session(server), {}), 401, { error: { message: is.someText } })
  }),
  refused('answers a body that is not JSON with 400', () => '{"session":'),
  refused('answers an unknown field of the session with 400', (server) => session(server, { colour: 'blue' })),
  refused('answers an unknown type of session with 400', () => ({ session: { type: 'seance' } })),
  errors.raw('names the field that is wrong', async (server) => {
    const { body } = await server.post(path, session(server, { max_output_tokens: 9_999 }))
    expectShape('error.param', read(body, 'error.param'), 'session.max_output_tokens')
  }),
]
