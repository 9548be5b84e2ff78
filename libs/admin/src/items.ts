import { z } from '@hono/zod-openapi'
import { findItem, type FoundItem, type ItemEntry, listItems, searchItems } from '@voicebox/store'
import { anyText, at, moment, ofSession, ofTenant, sessionId, span, spanOf } from './fields.ts'
import { noteReading } from './note-reading.ts'
import { operation } from './operation.ts'
import { cursorOfList, pageFrom, pageOf, pageQuery } from './paging.ts'
import { Problem } from './problem.ts'

const fields = {
  object: z.literal('kept_item'),
  id: z.string(),
  session_id: sessionId,
  created_at: moment,
  item: z.record(z.string(), z.unknown()).openapi({ description: 'As clients were shown it last, without audio.' }),
}
const shown = z.object(fields).openapi('KeptItem')
const found = z
  .object({
    ...fields,
    snippet: z
      .array(z.object({ text: z.string(), is_found: z.boolean() }))
      .openapi({ description: 'What was said around the first words that were found.' }),
  })
  .openapi('FoundItem')
const about = { tag: 'History', access: 'tenant', method: 'get' } as const

export const ofItem = { ...ofSession, item: anyText(512).openapi({ description: 'The item’s id.' }) }

export const itemOperations = [
  operation({
    ...about,
    id: 'listItems',
    path: '/tenants/{tenant}/sessions/{session}/items',
    summary: 'Lists the items of a session, from either end of the conversation',
    params: z.object(ofSession),
    query: pageQuery(cursorOfList).extend({ order: z.enum(['newest', 'oldest']).default('newest') }),
    answer: pageOf('KeptItemList', shown),
    async perform(asked) {
      const { tenant, session } = asked.params
      const { limit, after: cursor, order } = asked.query
      await noteReading(asked, { tenantId: tenant, what: 'items', subject: session })
      return pageFrom(await listItems(asked.services.store, tenant, session, { limit, cursor, order }), showItem)
    },
  }),
  operation({
    ...about,
    id: 'getItem',
    path: '/tenants/{tenant}/sessions/{session}/items/{item}',
    summary: 'Shows an item of a session',
    params: z.object(ofItem),
    answer: shown,
    async perform(asked) {
      const { tenant, session, item: id } = asked.params
      await noteReading(asked, { tenantId: tenant, what: 'item', subject: session })
      const item = await findItem(asked.services.store, tenant, session, id)
      if (item !== null) return showItem(item)
      return new Problem('not_found', `Tenant ${tenant} has no such item in the history of session ${session}.`)
    },
  }),
  operation({
    ...about,
    id: 'searchItems',
    path: '/tenants/{tenant}/items',
    summary: 'Finds items of a tenant by what was said in them, the newest first',
    params: z.object(ofTenant),
    query: pageQuery(cursorOfList).extend({
      text: z.string().min(1).max(500).openapi({
        description:
          'As one types it: all words, `"a phrase"`, `or`, `-without`. Words are found as they are, in whichever case.',
      }),
      session: sessionId.optional().openapi({ description: 'Only in this session.' }),
      ...span,
    }),
    answer: pageOf('FoundItemList', found),
    async perform(asked) {
      const { params, query, services } = asked
      const { limit, after: cursor, text, session } = query
      await noteReading(asked, { tenantId: params.tenant, what: 'search', subject: session ?? null })
      const search = { limit, cursor, text, sessionId: session, ...spanOf(query) }
      return pageFrom(await searchItems(services.store, params.tenant, search), showFound)
    },
  }),
]

function showItem({ id, sessionId: session_id, createdAt, item }: ItemEntry): z.input<typeof shown> {
  return { object: 'kept_item', id, session_id, created_at: at(createdAt), item }
}

function showFound({ snippet, ...item }: FoundItem): z.input<typeof found> {
  return { ...showItem(item), snippet: snippet.map(({ text, isFound }) => ({ text, is_found: isFound })) }
}
