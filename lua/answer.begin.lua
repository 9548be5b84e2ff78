--- Begins what is to be done once, however often it is asked for. Answers 'begun'; 'busy' while it is being done; or 'kept' and
--- the answer that was given. The oldest answers give way where there are too many.
---@key answers  string   what was answered, by name
---@key times    string   until when it is known
---@arg name     string
---@arg busy_ms  integer  how long it may be done, before another may begin it
---@arg max      integer  how many may be kept
---@returns bytes[]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local function forget(names)
  for _, one in ipairs(names) do
    redis.call('ZREM', times, one)
    redis.call('HDEL', answers, one)
  end
end
forget(redis.call('ZRANGE', times, '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, 100))
local kept = redis.call('HGET', answers, name)
if kept then
  return { 'kept', kept }
end
if redis.call('ZSCORE', times, name) then
  return { 'busy' }
end
forget(redis.call('ZRANGE', times, 0, redis.call('ZCARD', times) - max))
redis.call('ZADD', times, now_ms + busy_ms, name)
redis.call('PEXPIRE', times, busy_ms, 'GT')
redis.call('PEXPIRE', times, busy_ms, 'NX')
return { 'begun' }
