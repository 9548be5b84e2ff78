import { read, readText } from '../judgement/read.ts'
import { expectShape, shown } from '../judgement/shape.ts'
import { Unmet } from '../judgement/unmet.ts'
import type { WireEvent } from '../server/wire-event.ts'
import type { Answer } from './respond.ts'

/** Throws `Unmet` unless these types come in this order, each at least once, whatever stands between them. */
export function expectOrder(events: readonly WireEvent[], types: readonly string[]): void {
  let from = 0
  for (const type of types) {
    const at = events.findIndex((event, index) => index >= from && event.type === type)
    if (at === -1) throw new Unmet(`the order ${types.join(' < ')}`, events.map((event) => event.type).join(', '))
    from = at + 1
  }
}

/** Throws `Unmet` unless the deltas of each part add up to what its `done` event says; `field` is where that stands. */
export function expectSum(answer: Answer, type: string, field: string): void {
  const dones = answer.events.filter((event) => event.type === `${type}.done`)
  if (dones.length === 0) throw new Unmet(`${type}.done`, 'none')
  for (const done of dones) {
    const deltas = answer.events.filter(
      (event) => event.type === `${type}.delta` && event['item_id'] === done['item_id'],
    )
    expectShape(
      `the sum of ${type}.delta`,
      deltas.map((event) => readText(event, 'delta')).join(''),
      readText(done, field),
    )
  }
}

/** Throws `Unmet` unless every event between start and end names the same response, and known items. */
export function expectConstantIds(answer: Answer): void {
  const items = answer.events
    .filter(({ type }) => type === 'response.output_item.added')
    .map((event) => readText(event, 'item.id'))
  for (const event of answer.events) {
    const itemId = read(event, 'item_id') ?? read(event, 'item.id')
    if (itemId !== undefined && !items.some((id) => id === itemId)) {
      throw new Unmet(`${event.type} to name an item of the response`, shown(itemId))
    }
  }
}
