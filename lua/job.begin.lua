--- Registers an attempt at a job as its owner, unless there is nothing to do. Repeating it changes nothing. Of two runs of one
--- attempt (a lane that lost data delivers again what it had delivered) the later is the owner.
--- Answers 'run', 'run_after_output', 'cancelled', 'done', 'duplicate' (the job is on the lane twice, and another entry owns it),
--- 'superseded', or 'foreign' (the session is another tenant's); how many milliseconds are left until the deadline, by this
--- server's clock; and whose the session is, empty where nothing is known of it.
--- All jobs of a session that has ended are cancelled.
---@key session    string   what is known of the session
---@key held       string   the names of the session's keys
---@key work       string   what is known of the job
---@key cancelled  string   there if the job's subject is cancelled
---@arg tenant     string   whose the job says that it is
---@arg entry      string   the lane entry that first delivered the job
---@arg attempt    integer  grows with each delivery of the job
---@arg run        string   unique
---@arg deadline   integer  when the job is not worth doing any more
---@arg ttl_ms     integer
---@returns string[]
local time = redis.call('TIME')
local left_ms = string.format('%.0f', deadline - time[1] * 1000 - math.floor(time[2] / 1000))
local known = redis.call('HMGET', session, 'state', 'tenant')
local theirs = known[2] or ''
if known[2] and theirs ~= tenant then
  return { 'foreign', left_ms, theirs }
end
if known[1] == 'ended' then
  return { 'cancelled', left_ms, theirs }
end
local owner = redis.call('HMGET', work, 'entry', 'attempt', 'run', 'emitted', 'done')
if owner[1] and owner[1] ~= entry then
  return { 'duplicate', left_ms, theirs }
end
if owner[5] then
  return { 'done', left_ms, theirs }
end
if tonumber(owner[2] or 0) > attempt then
  return { 'superseded', left_ms, theirs }
end
if redis.call('EXISTS', cancelled) == 1 then
  return { 'cancelled', left_ms, theirs }
end
if owner[3] ~= run then
  redis.call('HSET', work, 'entry', entry, 'attempt', attempt, 'run', run, 'emits', 0)
  redis.call('SADD', held, work)
  redis.call('PEXPIRE', held, ttl_ms)
end
redis.call('PEXPIRE', work, ttl_ms)
return { owner[4] and 'run_after_output' or 'run', left_ms, theirs }
