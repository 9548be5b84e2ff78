import type { Counted, LimitRefusal, LimitState, LimitsState, RateLimits } from './limiter.ts'

/** What the limiter must answer, told by its definition: all that was ever counted is looked at again for every call. */
export interface LimiterModel {
  reserve(atUs: number, counted: Counted): LimitsState & { refusal: LimitRefusal | null }
  settle(atUs: number, counted: Counted): LimitsState
}

interface Entry {
  id: string
  atUs: number
  amount: number
}

export function modelOf({ requests, tokens, windowMs }: RateLimits): LimiterModel {
  const windowUs = windowMs * 1_000
  const asked: Entry[] = []
  const taken: Entry[] = []
  const within = (entries: Entry[], nowUs: number): Entry[] => entries.filter(({ atUs }) => atUs > nowUs - windowUs)
  const sumOf = (entries: Entry[]): number => entries.reduce((sum, { amount }) => sum + amount, 0)
  const find = (entries: Entry[], id: string, nowUs: number): Entry | undefined =>
    within(entries, nowUs).find((entry) => entry.id === id)

  function stateOf(entries: Entry[], limit: number | null, nowUs: number): LimitState | null {
    if (limit === null) return null
    const counting = within(entries, nowUs)
    const leaveUs = counting.map(({ atUs }) => atUs + windowUs - nowUs)
    return { limit, remaining: Math.max(0, limit - sumOf(counting)), resetMs: Math.max(0, ...leaveUs) / 1_000 }
  }

  /** The first moment at which it would fit, of those at which something leaves. */
  function waitUs(entries: Entry[], limit: number | null, amount: number, nowUs: number): number {
    if (limit === null) return 0
    const moments = [nowUs, ...entries.map(({ atUs }) => atUs + windowUs)].filter((moment) => moment >= nowUs)
    const fits = moments.filter((moment) => sumOf(within(entries, moment)) + amount <= limit)
    return Math.min(...fits) - nowUs
  }

  const answer = (atUs: number): LimitsState => ({
    atUs,
    requests: stateOf(asked, requests, atUs),
    tokens: stateOf(taken, tokens, atUs),
  })

  return {
    reserve(atUs, { responseId: id, tokens: estimate }) {
      const amount = Math.max(1, estimate)
      if (find(asked, id, atUs) ?? find(taken, id, atUs)) return { ...answer(atUs), refusal: null }
      const request = waitUs(asked, requests, 1, atUs)
      const token = waitUs(taken, tokens, amount, atUs)
      const wait = Math.max(request, token)
      if (wait > 0) {
        const limit = request > token ? 'requests' : 'tokens'
        return { ...answer(atUs), refusal: { limit, waitMs: wait === Infinity ? null : wait / 1_000 } }
      }
      if (requests !== null) asked.push({ id, atUs, amount: 1 })
      if (tokens !== null) taken.push({ id, atUs, amount })
      return { ...answer(atUs), refusal: null }
    },
    settle(atUs, { responseId: id, tokens: amount }) {
      const counted = find(taken, id, atUs)
      if (counted !== undefined) taken.splice(taken.indexOf(counted), 1)
      if (tokens !== null && amount > 0) taken.push({ id, atUs: counted?.atUs ?? atUs, amount })
      return answer(atUs)
    },
  }
}
