import type { SessionChange } from '@voicebox/streams'

/** Records in pages, each name in one of them. */
export type RecordPages = readonly ReadonlyMap<string, unknown>[]

/** What makes the later records of the earlier; what is identical has not changed, and so a page that both have. */
export function changesBetween(earlier: RecordPages, later: RecordPages): Pick<SessionChange, 'set' | 'drop'> {
  const [before, after] = [joined(earlier, later), joined(later, earlier)]
  return {
    set: [...after].filter(([name, value]) => before.get(name) !== value || !before.has(name)),
    drop: [...before.keys()].filter((name) => !after.has(name)),
  }
}

function joined(pages: RecordPages, others: RecordPages): ReadonlyMap<string, unknown> {
  const shared = new Set(others)
  return new Map(pages.filter((page) => !shared.has(page)).flatMap((page) => [...page]))
}
