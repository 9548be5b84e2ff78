import { describe, expect, it } from 'vitest'
import { isFinal, isFinalStatus, statusOf } from './finality.ts'

describe('What ends a session for good', () => {
  it('is a close by intention, by refusal, or for the size of a message', () => {
    const codes = [1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 2999, 3000, 3001, 3999, 4000, 4999, 5000]
    expect(codes.filter(isFinal)).toEqual([1000, 1009, 3000, 4000, 4999])
  })

  it('is an HTTP status that will be the same next time', () => {
    const statuses = [301, 400, 401, 403, 404, 408, 410, 425, 429, 499, 500, 502, 503, 504]
    expect(statuses.filter(isFinalStatus)).toEqual([400, 401, 403, 404, 410, 499])
    expect(statusOf('Unexpected server response: 404')).toBe(404)
    expect(statusOf('connect ECONNREFUSED 127.0.0.1:8080')).toBe(null)
  })
})
