import { z } from 'zod'
import type { StageRedis } from './redis.ts'

const consumer = z.object({ name: z.string(), pending: z.number(), idleMs: z.number() })

const keySchema = z.object({
  name: z.string(),
  type: z.string(),
  /** Entries of a stream, members of a set, fields of a hash. */
  size: z.number(),
  /** Of what expires; null: it does not. */
  ttlMs: z.number().nullable(),
  /** Of a session. */
  state: z.string().nullable(),
  /** Of a lane. */
  consumers: z.array(consumer),
  /** Of a sorted set whose scores are times: how long ago each was. */
  members: z.array(z.object({ name: z.string(), agoMs: z.number() })),
})

/** A key of Redis, as far as it tells what was left behind. */
export type Key = z.infer<typeof keySchema>

/** Reads all keys. */
export async function readKeys(redis: Pick<StageRedis, 'ask'>): Promise<Key[]> {
  const told = await redis.ask('EVAL', script, '0')
  return z.array(keySchema).parse(JSON.parse(told))
}

/** Numbers of the events that the server keeps of a session of the tenant whose key the stage has. */
export async function readJournal(redis: Pick<StageRedis, 'ask'>, sessionId: string): Promise<number[]> {
  const told = await redis.ask('EVAL', journalScript, '1', `sent:{default/${sessionId}}`)
  return told === '' ? [] : told.split(' ').map((id) => Number.parseInt(id, 10))
}

const journalScript = `
local ids = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  ids[#ids + 1] = entry[1]
end
return table.concat(ids, ' ')`

/** Lists are put together by hand, since an empty one would be told as an object. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local keys = {}
for _, name in ipairs(redis.call('KEYS', '*')) do
  local type = redis.call('TYPE', name).ok
  local ttl = redis.call('PTTL', name)
  local key = { name = name, type = type, size = 1, ttlMs = ttl < 0 and cjson.null or ttl, state = cjson.null }
  local consumers, members = {}, {}
  if type == 'stream' then
    key.size = redis.call('XLEN', name)
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', name)) do
      for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', name, group[2])) do
        consumers[#consumers + 1] = cjson.encode({ name = one[2], pending = one[4], idleMs = one[6] })
      end
    end
  elseif type == 'zset' then
    key.size = redis.call('ZCARD', name)
    local entries = redis.call('ZRANGE', name, 0, -1, 'WITHSCORES')
    for i = 1, #entries, 2 do
      local printable = entries[i]:gsub('[^%w%p]', '?')
      members[#members + 1] = cjson.encode({ name = printable, agoMs = now - tonumber(entries[i + 1]) })
    end
  elseif type == 'hash' then
    key.size = redis.call('HLEN', name)
    key.state = redis.call('HGET', name, 'state') or cjson.null
  end
  local text = cjson.encode(key)
  keys[#keys + 1] = text:sub(1, -2) .. ',"consumers":[' .. table.concat(consumers, ',') .. '],"members":[' .. table.concat(members, ',') .. ']}'
end
return '[' .. table.concat(keys, ',') .. ']'`
