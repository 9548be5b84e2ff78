import { expectShape } from '../../judgement/shape.ts'
import { NotApplicable } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'

const keeping = checksOf('handshake', 'The server answers pings, and ends a connection as the client asked.')
const alias = checksOf('handshake', 'Azure’s address /openai/v1/realtime and its header api-key open the same session.')

export const keepingChecks = [
  keeping.fresh('answers a ping with its payload', async (session) => {
    expectShape('the pong', await session.ping('are you there'), 'are you there')
  }),
  keeping.fresh('closes with 1000 when the client does', async (session) => {
    await fence(session)
    const closing = session.closing()
    await session.close()
    expectShape('the close', await closing, { code: 1000 })
  }),
  alias.raw('serves Azure’s address, if at all, like its own', async (server) => {
    const url = new URL(server.target.url)
    url.pathname = '/openai/v1/realtime'
    const headers = { 'api-key': server.target.key }
    const dialled = await server.dial({ url: url.href, key: null, headers })
    if (dialled.kind !== 'open') throw new NotApplicable('the server has no such address')
    await dialled.connection.next('session.created')
  }),
]
