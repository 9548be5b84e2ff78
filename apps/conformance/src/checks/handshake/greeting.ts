import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'

const greeting = checksOf('handshake', 'The first event of a connection is session.created, unprompted.')
const events = checksOf(
  'handshake',
  'Every server event is a JSON object in a text frame, with a type and a unique event_id.',
)
const lenient = checksOf('handshake', 'Headers and query parameters that a server does not know are ignored.')

export const greetingChecks = [
  greeting.raw('greets with session.created before anything else', async (server) => {
    const connection = await server.connect()
    await connection.next('session.created', { shape: { event_id: is.someText, session: is.object } })
    expectShape('the first event', connection.events[0], { type: 'session.created' })
  }),
  greeting.raw('hears what a client sends before it was greeted', async (server) => {
    const connection = await server.connect()
    connection.send({ type: 'input_audio_buffer.clear' })
    await connection.next('input_audio_buffer.cleared')
    expectShape('the first event', connection.events[0], { type: 'session.created' })
  }),
  greeting.fresh('names the model that the client asked for', async ({ greeting: { session } }, { target }) => {
    expectShape('session', session, { model: target.model })
  }),
  greeting.raw('gives each connection a session of its own', async (server) => {
    const ids = [await server.open(), await server.open()].map((session) => readText(session.greeting, 'session.id'))
    if (ids[0] === ids[1]) throw new Unmet('two session ids', 'the same twice')
  }),
  greeting.fresh('sends conversation.created, if it does at all, right after the greeting', async (session) => {
    await fence(session)
    const at = session.events.findIndex(({ type }) => type === 'conversation.created')
    if (at === -1) return
    expectShape('conversation.created', session.events[at], {
      conversation: { id: is.someText, object: 'realtime.conversation' },
    })
    if (at !== 1) throw new Unmet('conversation.created to be the second event', `it as number ${at + 1}`)
  }),
  events.fresh('gives every event a type and an event_id of its own', async (session) => {
    await fence(session)
    await fence(session)
    const ids = session.events.map((event) => readText(event, 'event_id'))
    if (new Set(ids).size < ids.length) throw new Unmet('unique event ids', ids.join(', '))
    if (session.strays.length > 0) throw new Unmet('nothing but events', session.strays.join(', '))
  }),
  events.fresh('begins event ids with event_', async ({ greeting: event }) => {
    expectShape('session.created', event, { event_id: is.id('event') })
  }),
  lenient.fresh('takes the optional headers of the official clients', async (session) => fence(session), {
    headers: {
      'openai-organization': 'org-conformance',
      'openai-project': 'proj_conformance',
      'openai-safety-identifier': 'conformance',
      'x-openai-agents-sdk': 'openai-agents-sdk.1.0.0',
      'user-agent': 'conformance/1.0',
    },
  }),
  lenient.raw('ignores query parameters that it does not know', async (server) => {
    await server.open({ query: { model: server.target.model, colour: 'blue' } })
  }),
  lenient.raw('decodes the model’s name in the query', async (server) => {
    const encoded = Buffer.from(server.target.model).toString('hex').replaceAll(/../g, '%$&')
    const session = await server.open({ query: `model=${encoded}` })
    expectShape('session.created', session.greeting, { session: { model: server.target.model } })
  }),
]
