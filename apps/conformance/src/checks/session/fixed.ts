import { is } from '../../judgement/is.ts'
import { NotApplicable } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { say } from '../../script/items.ts'
import { prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { respond } from '../../script/respond.ts'
import { output, sessionOf, update } from '../../script/session.ts'

const model = checksOf('session', 'The model is fixed: the same name is taken again, another is refused.')
const kind = checksOf('session', 'The type of a session is fixed by the connection.')
const voice = checksOf(
  'session',
  'The voice is fixed once the session has produced audio; naming the same one is no change.',
)
const tracing = checksOf('session', 'Tracing cannot change once it is on.')

const change = (fields: object): object => ({ type: 'session.update', session: { type: 'realtime', ...fields } })

export const fixedChecks = [
  model.fresh('takes the session’s own model in an update', async (session, { target }) =>
    update(session, { model: target.model }, { model: target.model }),
  ),
  model.fresh('refuses another model', async (session) => refuses(session, change({ model: 'no-such-model' }))),
  kind.fresh('refuses to become a transcription session', async (session) =>
    refuses(session, { type: 'session.update', session: { type: 'transcription' } }),
  ),
  kind.fresh('refuses an unknown type of session', async (session) =>
    refuses(session, { type: 'session.update', session: { type: 'seance' } }, { param: is.startingWith('session') }),
  ),
  voice.fresh('refuses another voice after the first audio, and takes the same', async (session) => {
    await say(session, prompts.word('KIWI'))
    await respond(session, { output_modalities: ['audio'] })
    const { voice: own } = (sessionOf(session.greeting)['audio'] as { output: { voice: unknown } }).output
    const other = own === 'echo' ? 'ash' : 'echo'
    await refuses(session, change(output({ voice: other })), { code: 'cannot_update_voice', param: null })
    await update(session, output({ voice: own }))
  }),
  tracing.fresh('refuses to change tracing once it is on', async (session) => {
    session.send(change({ tracing: 'auto' }))
    const answer = await session.next(['session.updated', 'error'])
    if (answer.type === 'error') throw new NotApplicable('the server does no tracing')
    await refuses(session, change({ tracing: { workflow_name: 'other' } }))
  }),
]
