import { is } from '../../judgement/is.ts'
import { expectShape } from '../../judgement/shape.ts'
import { NotApplicable } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { expectOrder } from '../../script/invariants.ts'
import { prompts } from '../../script/prompts.ts'
import type { Connection } from '../../server/connection.ts'
import type { DialOptions } from '../../server/dial.ts'
import type { Server } from '../../server/server.ts'

const asked = checksOf(
  'beta',
  'A client that asks for the beta dialect gets it, or the error beta_api_shape_disabled and the close 4000.',
)
const served = checksOf('beta', 'Where the beta dialect is served, it has the beta’s names and shapes.')

const header: DialOptions = { headers: { 'openai-beta': 'realtime=v1' } }
const flat = { modalities: is.list, voice: is.voice, input_audio_format: 'pcm16', turn_detection: is.present }

/** A connection in the beta dialect, or null where the server says properly that it has none. */
async function openBeta(server: Server, options: DialOptions): Promise<Connection | null> {
  const connection = await server.connect(options)
  const first = await connection.next(['session.created', 'error'])
  if (first.type === 'session.created') {
    expectShape('session.created', first, { session: { ...flat, audio: is.absent } })
    return connection
  }
  expectShape('error', first, { error: { type: 'invalid_request_error', code: 'beta_api_shape_disabled' } })
  expectShape('the close', await connection.closing(), {
    code: 4000,
    reason: 'invalid_request_error.beta_api_shape_disabled',
  })
  return null
}

async function speaking(server: Server): Promise<Connection> {
  const connection = await openBeta(server, header)
  if (connection === null) throw new NotApplicable('the server does not serve the beta dialect')
  return connection
}

export const betaChecks = [
  asked.raw('serves or refuses the beta dialect asked for by header', async (server) => openBeta(server, header)),
  asked.raw('serves or refuses the beta dialect asked for by subprotocol', async (server) => {
    const protocols = ['realtime', `openai-insecure-api-key.${server.target.key}`, 'openai-beta.realtime-v1']
    await openBeta(server, { key: null, protocols })
  }),
  served.raw('takes a flat session.update in the beta dialect', async (server) => {
    const connection = await speaking(server)
    connection.send({ type: 'session.update', session: { modalities: ['text'], temperature: 0.7 } })
    await connection.next('session.updated', { shape: { session: { modalities: ['text'], temperature: 0.7 } } })
  }),
  served.raw('refuses a temperature that is too low in the beta dialect', async (server) => {
    const connection = await speaking(server)
    connection.send({ type: 'session.update', session: { temperature: 0.1 } })
    const shape = {
      error: { code: is.oneOf('decimal_below_min_value', 'invalid_value'), param: 'session.temperature' },
    }
    await connection.next('error', { shape })
  }),
  served.raw('announces an item once, as conversation.item.created, in the beta dialect', async (server) => {
    const connection = await speaking(server)
    const content = [{ type: 'input_text', text: 'Hi.' }]
    connection.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    await connection.next('conversation.item.created', { shape: { item: { role: 'user', content } } })
  }),
  served.raw('writes an answer under the beta’s names', async (server) => {
    const connection = await speaking(server)
    const content = [{ type: 'input_text', text: prompts.word('KIWI') }]
    connection.send({ type: 'session.update', session: { modalities: ['text'] } })
    connection.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    connection.send({ type: 'response.create' })
    const done = await connection.next('response.done', { shape: { response: { status: 'completed' } } })
    expectShape('response.done', done, {
      response: { output: [{ content: [{ type: 'text', text: is.containing('KIWI') }] }] },
    })
    expectOrder(connection.events, ['response.created', 'response.text.delta', 'response.text.done', 'response.done'])
  }),
]
