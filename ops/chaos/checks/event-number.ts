/** Where an event stands in its session: its number, and its place among what was told beside the numbered events after it. */
export interface EventNumber {
  number: number
  notice: number
}

/** Reads the number that an event id carries; null for an id without one. */
export function eventNumber(id: string): EventNumber | null {
  const [, counter, notice = '0'] = /^event_[0-9A-Za-z]{15}([0-9A-Za-z]{6})(?:n(\d{1,9}))?$/.exec(id) ?? []
  if (counter === undefined) return null
  let number = 0
  for (const digit of counter.split('')) number = number * digits.length + digits.indexOf(digit)
  return { number, notice: Number(notice) }
}

export function isBefore(one: EventNumber, other: EventNumber): boolean {
  return one.number < other.number || (one.number === other.number && one.notice < other.notice)
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
