import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { turnsAway } from './turned-away.ts'

const keys = checksOf(
  'handshake',
  'A bad key is told so in an error invalid_api_key before the close 3000, or gets HTTP 401.',
)
const models = checksOf(
  'handshake',
  'Without a model, or with one that does not exist, an error precedes the close 4000, or the upgrade gets HTTP 4xx.',
)
const http = checksOf('handshake', 'An unknown path is not found, and a plain GET is no upgrade.')

const badKey = { codes: ['invalid_api_key'], closeCode: 3000, statuses: [401] }
const badModel = { closeCode: 4000, statuses: [400, 404] }

export const refusalChecks = [
  keys.raw('turns away a wrong key', async (server) =>
    turnsAway(server, { key: 'sk-wrong-key-of-conformance' }, badKey),
  ),
  keys.raw('turns away a client without a key', async (server) =>
    turnsAway(server, { key: null }, { ...badKey, codes: ['invalid_api_key', 'missing_api_key'] }),
  ),
  keys.raw('turns away a wrong key in the subprotocols', async (server) =>
    turnsAway(server, { key: null, protocols: ['realtime', 'openai-insecure-api-key.sk-wrong-key'] }, badKey),
  ),
  models.raw('turns away a client that names no model', async (server) =>
    turnsAway(server, { query: '' }, { ...badModel, codes: ['missing_model'] }),
  ),
  models.raw('turns away a client that names a model which does not exist', async (server) =>
    turnsAway(
      server,
      { query: { model: 'no-such-model' } },
      { ...badModel, codes: ['invalid_model', 'model_not_found'] },
    ),
  ),
  http.raw('answers an upgrade on an unknown path with 404', async (server) => {
    const dialled = await server.dial({ url: `${server.target.url.replace(/\/$/, '')}-nowhere` })
    if (dialled.kind === 'refused' && dialled.status === 404) return
    const came = {
      open: 'an open connection',
      refused: `HTTP ${'status' in dialled ? dialled.status : 0}`,
      failed: 'nothing',
    }
    throw new Unmet('HTTP 404', came[dialled.kind])
  }),
  http.raw('answers a plain GET with 400 or 426', async (server) => {
    const { status } = await server.get('')
    // 404 and 405 say as clearly that this address serves WebSockets alone.
    if (![400, 404, 405, 426].includes(status)) throw new Unmet('HTTP 400 or 426', `HTTP ${status}`)
  }),
]
