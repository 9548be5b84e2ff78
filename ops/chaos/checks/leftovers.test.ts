import { expect, it } from 'vitest'
import type { Key } from '../stage/keyspace.ts'
import { checkLeftovers } from './leftovers.ts'

const key = (name: string, about: Partial<Key> = {}): Key => {
  return { name, type: 'string', size: 1, ttlMs: null, state: null, consumers: [], members: [], ...about }
}
const consumer = (pid: number, about: Partial<Key['consumers'][number]> = {}): Key['consumers'][number] => {
  return { name: `llm-worker:host:${pid}:abc`, pending: 0, idleMs: 1_000, ...about }
}

/** What is against the rules in a Redis with this key. */
function left(found: Key, hurt = 0): string[] {
  const findings = checkLeftovers([found], { atMs: 1, pids: [7], hurt: (kind) => (kind === 'llm' ? hurt : 0) })
  return findings.filter(({ excuse }) => excuse === null).map(({ came }) => came)
}

it.each<[string, Key]>([
  ['the mark of a session that has ended', key('sess:{tenant/sess_1}', { state: 'ended', ttlMs: 1_000 })],
  [
    'an empty lane and who serves it',
    key('jobs:llm:default', { size: 0, consumers: [consumer(7, { idleMs: 900_000 })] }),
  ],
  ['who died a moment ago', key('jobs:llm:default', { size: 0, consumers: [consumer(8)] })],
  [
    'who serves a lane',
    key('workers:{jobs:llm:default}', { members: [{ name: 'llm-worker:host:7:abc', agoMs: 90_000 }] }),
  ],
  [
    'a session that counts no more for its tenant',
    key('limits:{tenant}:sessions', { type: 'zset', members: [{ name: 'sess_1', agoMs: 9_000 }] }),
  ],
  ["a tenant's share of a lane", key('share:{jobs:llm:default}', { type: 'hash' })],
  ['how many jobs the workers of a lane do', key('slots:{jobs:llm:default}', { type: 'hash' })],
  ['records of the past', key('sessions:ended', { size: 100 })],
  ['limits of a tenant', key('limits:{tenant}:responses')],
  ['when the sessions were looked at', key('sessions:live:{3}:watch')],
])('Redis may keep %s', (_, found) => {
  expect(left(found)).toEqual([])
})

it.each<[string, Key]>([
  ['a session that lives', key('sess:{tenant/sess_1}', { state: 'live', ttlMs: 1_000 })],
  ['a mark for ever', key('sess:{tenant/sess_1}', { state: 'ended' })],
  ['audio of a session', key('audio:{tenant/sess_1}:item', { type: 'stream' })],
  ['a job', key('jobs:llm:default', { size: 1 })],
  ['a job that is held', key('jobs:llm:default', { size: 0, consumers: [consumer(7, { pending: 1 })] })],
  ['a consumer that is long gone', key('jobs:llm:default', { size: 0, consumers: [consumer(8, { idleMs: 90_000 })] })],
  [
    'a worker that is long gone',
    key('workers:{jobs:llm:default}', { members: [{ name: 'llm-worker:host:8:abc', agoMs: 90_000 }] }),
  ],
  [
    'a session that counts for its tenant',
    key('limits:{tenant}:sessions', { type: 'zset', members: [{ name: 'sess_1', agoMs: -9_000 }] }),
  ],
  ['a place of a tenant', key('places:{jobs:llm:default}', { type: 'hash' })],
  ['a job that waits for a place', key('overflow:{jobs:llm:default}', { type: 'zset' })],
  ['a job to be tried again', key('later:{jobs:llm:default}', { type: 'zset' })],
  ['a dead letter', key('dead:{jobs:llm:default}', { type: 'stream' })],
  ['a session in the list of those that live', key('sessions:live:{3}', { type: 'zset' })],
  ['history of a session', key('history:{sess_1}', { type: 'stream' })],
  ['a session in the list of those whose history waits', key('history:due:{3}', { type: 'zset' })],
  ['what nobody knows', key('mystery')],
])('Redis may not keep %s', (_, found) => {
  expect(left(found)).toHaveLength(1)
})

it('A dead letter is excused by as many faults of its workers as a job has attempts', () => {
  const letter = key('dead:{jobs:llm:default}', { type: 'stream' })
  expect(left(letter, 3)).toEqual([])
  expect(left(letter, 2)).toHaveLength(1)
  expect(left(key('dead:{jobs:tts:stub}', { type: 'stream' }), 3)).toHaveLength(1)
  expect(left({ ...letter, size: 2 }, 3)).toHaveLength(1)
})
