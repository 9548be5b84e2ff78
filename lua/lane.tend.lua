--- What any consumer does for its lane now and then: puts jobs back that have waited long enough to be begun again, and
--- forgets consumers that hold nothing and were not seen for long.
---@key lane            string
---@key later           string   jobs by the time when they are due
---@arg group           string
---@arg forget_idle_ms  integer  longer than any read waits
---@returns 'tended'
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for _, waiting in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, 100)) do
  local origin, attempts, deadline, job = unpack(cmsgpack.unpack(waiting))
  redis.call('XADD', lane, '*', 'job', job, 'deadline', deadline, 'origin', origin, 'attempts', attempts)
  redis.call('ZREM', later, waiting)
end
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', lane, group)) do
  -- name, <name>, pending, <count>, idle, <ms>
  if consumer[4] == 0 and consumer[6] > forget_idle_ms then
    redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer[2])
  end
end
return 'tended'
