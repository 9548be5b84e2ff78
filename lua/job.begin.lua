--- Registers an attempt at a job as its owner, unless there is nothing to do. Repeating it changes nothing.
--- `duplicate`: the job is on the lane twice, and another entry owns it.
---@key work       string   what is known of the job
---@key cancelled  string   there if the job's subject is cancelled
---@arg entry      string   the lane entry that delivered the job
---@arg attempt    integer  the entry's delivery count
---@arg ttl_ms     integer
---@returns 'run' | 'run_after_output' | 'cancelled' | 'done' | 'duplicate' | 'superseded'
local owner = redis.call('HMGET', work, 'entry', 'attempt', 'emits', 'emitted', 'done')
if owner[1] and owner[1] ~= entry then
  return 'duplicate'
end
if owner[5] then
  return 'done'
end
local owner_attempt = tonumber(owner[2] or 0)
if owner_attempt > attempt then
  return 'superseded'
end
if redis.call('EXISTS', cancelled) == 1 then
  return 'cancelled'
end
if owner_attempt < attempt then
  redis.call('HSET', work, 'entry', entry, 'attempt', attempt, 'emits', 0)
end
redis.call('PEXPIRE', work, ttl_ms)
return owner[4] and 'run_after_output' or 'run'
