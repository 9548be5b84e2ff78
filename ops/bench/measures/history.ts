import { silentLog } from '@voicebox/kernel'
import { type Store, findItem, listItems, openStore, searchItems } from '@voicebox/store'
import { fillHistory, filledSession, itemsInSession, plansOf, startPostgres } from '@voicebox/store/testing'
import type { Bench } from '../measure.ts'
import type { Cell, Table } from '../table.ts'

const reads = 300
/** Dear ones are done less often: no more are begun after this. */
const enoughMs = 15_000

/**
 * How long reads of a history of so many items take, with their plans, as the role of the application: the last hundred items
 * of a session and searches, against one row by its key. Cold: the server was just started again; what the operating system
 * remembers of its files is left to it.
 */
export async function measureHistory({ say, items }: Bench): Promise<readonly Table[]> {
  say(`history: fills the table with ${items} items`)
  const server = await startPostgres()
  try {
    const from = performance.now()
    await fillHistory(server.ownerUrl, items)
    const filledS = (performance.now() - from) / 1_000
    const sessions = Math.floor(items / itemsInSession)
    const some = (): ReturnType<typeof filledSession> & { number: number } => {
      const number = Math.floor(Math.random() * sessions)
      return { number, ...filledSession(number) }
    }
    const oneRow = (store: Store): Promise<unknown> => {
      const { number, tenantId, sessionId } = some()
      return findItem(store, tenantId, sessionId, `item_${number * itemsInSession}`)
    }
    const lastHundred = (store: Store): Promise<unknown> => {
      const { tenantId, sessionId } = some()
      return listItems(store, tenantId, sessionId)
    }
    const search = (tenantId: () => string, text: () => string) => (store: Store) =>
      searchItems(store, tenantId(), { text: text(), limit: 20 })
    const middling = (): string => `w${500 + Math.floor(Math.random() * 10_000)}`
    const kinds: Record<string, (store: Store) => Promise<unknown>> = {
      'one row by its key': oneRow,
      'the last 100 items of a session': lastHundred,
      'search: a word, any tenant': search(() => some().tenantId, middling),
      'search: two words, the largest tenant': search(
        () => 'big',
        () => `${middling()} w1`,
      ),
      'search: the commonest word, a small tenant': search(
        () => 't7',
        () => 'w0',
      ),
      'search: the commonest word, the largest tenant': search(
        () => 'big',
        () => 'w0',
      ),
      'search: a rare word, the largest tenant': search(
        () => 'big',
        () => 'rare',
      ),
    }
    const rows: Cell[][] = []
    let floor = Number.NaN
    for (const [name, read] of Object.entries(kinds)) {
      say(`history: ${name}`)
      await server.stop()
      await server.start()
      const store = openStore({ url: server.url, name: 'bench', log: silentLog })
      const [cold, warm] = [await timesOf(() => read(store)), await timesOf(() => read(store))]
      await store.close()
      floor = Number.isNaN(floor) ? warm.p50 : floor
      const figures = [cold.first, cold.p50, cold.p99, warm.p50, warm.p99]
      rows.push([name, warm.count, cold.failed + warm.failed, ...figures, warm.p50 / floor])
    }
    const store = openStore({ url: server.url, name: 'bench', log: silentLog })
    const plans = await plansOf(async () => {
      await lastHundred(store)
      await searchItems(store, 'big', { text: 'rare', limit: 20 })
    })
    await store.close()
    return [
      {
        title: `Reads of a history of ${items} items (filled in ${filledS.toFixed(0)} s)`,
        columns: [
          'ms of',
          'reads',
          'failed',
          'first',
          'cold p50',
          'cold p99',
          'warm p50',
          'warm p99',
          'warm p50 / one row',
        ],
        rows,
        notes: plans.map((plan) => `Plan:\n\n\`\`\`\n${plan}\n\`\`\``),
      },
    ]
  } finally {
    await server.close()
  }
}

interface Times {
  count: number
  failed: number
  first: number
  p50: number
  p99: number
}

async function timesOf(read: () => Promise<unknown>): Promise<Times> {
  const times: number[] = []
  const untilMs = performance.now() + enoughMs
  let failed = 0
  while (times.length < reads && (times.length === 0 || performance.now() < untilMs)) {
    const from = performance.now()
    await read().catch(() => (failed += 1)) // most likely it took longer than the store lets it
    times.push(performance.now() - from)
  }
  const count = times.length
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(count - 1, Math.floor(count * part))] ?? Number.NaN
  return { count, failed, first: times[0] ?? Number.NaN, p50: at(0.5), p99: at(0.99) }
}
