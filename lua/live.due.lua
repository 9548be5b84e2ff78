--- Answers sessions whose time is over, the longest first. When nobody has asked for long, Redis may have been away, and no holder
--- could show life: none is due then until they had time to.
---@key live      string   sessions by when their time is over
---@key watch     string   when this was asked last
---@arg gap_ms    integer  how long is long
---@arg grace_ms  integer  the time that holders get
---@arg count     integer  how many sessions at most
---@returns string[]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('HMGET', watch, 'asked_at', 'none_until')
local none_until = tonumber(last[2] or 0)
if last[1] and now_ms - last[1] > gap_ms then
  none_until = now_ms + grace_ms
end
redis.call('HSET', watch, 'asked_at', now_ms, 'none_until', none_until)
if now_ms < none_until then
  return {}
end
return redis.call('ZRANGE', live, '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, count)
