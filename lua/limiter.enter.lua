--- Counts a session as one of its tenant's for as long as it lives, unless the tenant has as many as it may have. A session that
--- is counted already is let in again, whatever the limit, and counts for longer. Whose time is over counts no more, so that
--- nobody has to take away what a process left that died. Repeating a call changes nothing.
--- Answers 'entered' or 'refused', how many count, and in how many milliseconds the first of them counts no more, unless it shows
--- life again.
---@key sessions  string   a tenant's sessions, by when their time is over
---@arg session   string
---@arg ttl_ms    integer  how long it lives without a sign of life
---@arg limit     integer  at least 1, or 0: none
---@returns string[]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', sessions, '-inf', string.format('%.0f', now_ms))
local count = redis.call('ZCARD', sessions)
local answer = 'entered'
if limit > 0 and count >= limit and not redis.call('ZSCORE', sessions, session) then
  answer = 'refused'
else
  redis.call('ZADD', sessions, string.format('%.0f', now_ms + ttl_ms), session)
  count = redis.call('ZCARD', sessions)
  if redis.call('PTTL', sessions) < ttl_ms then
    redis.call('PEXPIRE', sessions, ttl_ms)
  end
end
local first = redis.call('ZRANGE', sessions, 0, 0, 'WITHSCORES')[2]
return { answer, string.format('%.0f', count), string.format('%.0f', first - now_ms) }
