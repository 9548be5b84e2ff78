import { is } from '../../judgement/is.ts'
import { readList } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { checksOf } from '../../script/checks.ts'
import { say } from '../../script/items.ts'
import { prompts } from '../../script/prompts.ts'
import { respond } from '../../script/respond.ts'

const limits = checksOf(
  'rate_limits',
  'rate_limits.updated comes with a response, before or after it: what is left, and until when.',
)

export const rateLimitChecks = [
  limits.text('says with a response what is left of the limits', async (session) => {
    await say(session, prompts.word('KIWI'))
    await respond(session)
    await session.next('rate_limits.updated', { shape: { rate_limits: is.list } })
  }),
  limits.text('names requests or tokens, with limit, remaining and reset', async (session) => {
    await say(session, prompts.word('KIWI'))
    await respond(session)
    const event = await session.next('rate_limits.updated')
    for (const limit of readList(event, 'rate_limits')) {
      expectShape('a rate limit', limit, {
        name: is.oneOf('requests', 'tokens'),
        limit: is.number,
        remaining: is.number,
        reset_seconds: is.number,
      })
    }
  }),
]
