import type { SentEvent, SessionChange } from './index.ts'

/** What Redis must have of a session. */
export interface SessionModel {
  token: number
  records: Map<string, unknown>
  items: Map<string, unknown>
  sent: SentEvent[]
  /** Events up to this number are gone. */
  cut: number
  lastSent: number
  resultsUpTo: number
}

/** What happened to it, one after the other: it was taken, changed, or put in place of what was lost. */
export type Happening =
  | { kind: 'taken'; token: number }
  | { kind: 'changed'; change: SessionChange }
  | { kind: 'restored'; model: SessionModel }

/** What Redis must have, told by its definition: of all that was ever stored. */
export function modelOf(history: readonly Happening[]): SessionModel {
  const model: SessionModel = {
    token: 0,
    records: new Map(),
    items: new Map(),
    sent: [],
    cut: 0,
    lastSent: 0,
    resultsUpTo: 0,
  }
  for (const happening of history) {
    if (happening.kind === 'taken') model.token = happening.token
    else if (happening.kind === 'changed') apply(model, happening.change)
    else Object.assign(model, copyOf(happening.model))
  }
  return model
}

function copyOf({ records, items, sent, ...others }: SessionModel): SessionModel {
  return { ...others, records: new Map(records), items: new Map(items), sent: [...sent] }
}

function apply(model: SessionModel, { set, drop, save, forget, sent, resultsUpTo }: SessionChange): void {
  for (const [name, value] of set) model.records.set(name, value)
  for (const name of drop) model.records.delete(name)
  for (const item of save) model.items.set(item.id, item)
  for (const id of forget) model.items.delete(id)
  model.sent.push(...sent)
  model.lastSent = sent.at(-1)?.number ?? model.lastSent
  model.resultsUpTo = resultsUpTo
}
