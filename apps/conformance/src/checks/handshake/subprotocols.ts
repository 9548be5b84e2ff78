import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import type { Server } from '../../server/server.ts'

const subprotocols = checksOf(
  'handshake',
  'Of the subprotocols that a browser offers the server selects exactly `realtime`, and takes the key from another.',
)
const keyIn = (server: Server): string => `openai-insecure-api-key.${server.target.key}`

export const subprotocolChecks = [
  subprotocols.raw('takes a browser’s key from the subprotocols', async (server) => {
    const session = await server.open({ key: null, protocols: ['realtime', keyIn(server)] })
    expectShape('the selected subprotocol', session.protocol, 'realtime')
  }),
  subprotocols.raw('selects realtime wherever it stands among the subprotocols', async (server) => {
    const session = await server.open({ key: null, protocols: [keyIn(server), 'realtime'] })
    expectShape('the selected subprotocol', session.protocol, 'realtime')
  }),
  subprotocols.raw('ignores the subprotocols that name an organization, a project and an SDK', async (server) => {
    const more = ['openai-organization.org-x', 'openai-project.proj_x', 'openai-agents-sdk.1.0.0']
    const session = await server.open({ key: null, protocols: ['realtime', keyIn(server), ...more] })
    expectShape('the selected subprotocol', session.protocol, 'realtime')
  }),
  subprotocols.raw('selects no subprotocol where none was offered', async (server) => {
    const session = await server.open()
    if (session.protocol !== '') throw new Unmet('no subprotocol', session.protocol)
  }),
]
