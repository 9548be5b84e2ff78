import type { SessionChange } from '@voicebox/streams'

/** What makes the later records of the earlier; what is identical has not changed. */
export function changesBetween(
  earlier: ReadonlyMap<string, unknown>,
  later: ReadonlyMap<string, unknown>,
): Pick<SessionChange, 'set' | 'drop'> {
  return {
    set: [...later].filter(([name, value]) => earlier.get(name) !== value || !earlier.has(name)),
    drop: [...earlier.keys()].filter((name) => !later.has(name)),
  }
}
