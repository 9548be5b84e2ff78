import { describe, expect, it } from 'vitest'
import { serversOf, urlOfNode } from './redis-url.ts'

describe('a Redis URL', () => {
  it('names one server or the nodes of a cluster, and a socket by its path', () => {
    expect(serversOf('redis://localhost')).toEqual(['redis://localhost'])
    expect(serversOf('rediss://user:p%40ss@one:1/2?family=6')).toEqual(['rediss://user:p%40ss@one:1/2?family=6'])
    expect(serversOf('redis://:a,b@one:1,[::1]:2,three')).toEqual([
      'redis://:a,b@one:1',
      'redis://:a,b@[::1]:2',
      'redis://:a,b@three',
    ])
    expect(serversOf('unix:///run/redis.sock')).toEqual(['/run/redis.sock'])
    expect(serversOf('/run/redis,1.sock')).toEqual(['/run/redis,1.sock'])
  })

  it('is refused where it names none', () => {
    for (const url of ['', 'localhost', 'http://one', '//one', 'unix://one', 'redis://', 'redis://one,', 'redis://a b'])
      expect(() => serversOf(url)).toThrow('A Redis URL begins with')
  })

  it('leads to other nodes with the same credentials', () => {
    expect(urlOfNode('rediss://user:secret@one:1?family=6', 'two:2')).toBe('rediss://user:secret@two:2?family=6')
    expect(urlOfNode('redis://one', '::1:6379')).toBe('redis://[::1]:6379')
  })
})
