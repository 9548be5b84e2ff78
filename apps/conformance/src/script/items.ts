import { is } from '../judgement/is.ts'
import { readText } from '../judgement/read.ts'
import type { Shape } from '../judgement/shape.ts'
import type { Session } from '../server/server.ts'
import type { WireEvent } from '../server/wire-event.ts'

export const userText = (text: string): object => message('user', { type: 'input_text', text })

export const message = (role: string, ...content: object[]): object => ({ type: 'message', role, content })

export const createItem = (item: object, fields: object = {}): object => ({
  type: 'conversation.item.create',
  item,
  ...fields,
})

/** Adds an item and answers its `conversation.item.added`. That `done` follows has a check of its own. */
export async function add(session: Session, item: object, fields: object = {}, shape: Shape = {}): Promise<WireEvent> {
  const { type = is.text, role = is.present } = item as { type?: string; role?: string }
  session.send(createItem(item, fields))
  // The items that the model made are added too.
  const where = { item: type === 'message' ? { type, role } : { type } }
  return await session.next('conversation.item.added', { where, shape })
}

/** Adds what the user says in writing; answers the item's id. */
export async function say(session: Session, text: string): Promise<string> {
  return readText(await add(session, userText(text)), 'item.id')
}

export async function retrieve(session: Session, itemId: string, shape: Shape = {}): Promise<WireEvent> {
  session.send({ type: 'conversation.item.retrieve', item_id: itemId })
  return await session.next('conversation.item.retrieved', { shape: { item: shape } })
}
