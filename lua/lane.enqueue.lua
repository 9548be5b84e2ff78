--- Puts a job on a lane, unless too many wait there. The group is made with the lane, from its beginning, so that a lane
--- without workers shows its lag. An entry's fields are `job` and `deadline` (by this server's clock, as all times here),
--- and of a job that was on the lane before `origin`, its first entry, and `attempts`, how often it was begun.
--- Answers 'queued', or 'full' and the milliseconds in which what waits would be done at the pace of late (-1: none was).
---@key lane         string   the stream of jobs
---@key pace         string   how many jobs were acked of late
---@arg group        string   the lane's consumer group
---@arg payload      bytes    the job
---@arg deadline_ms  integer  how long the job is worth doing
---@arg max_waiting  integer
---@returns string[]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length = redis.call('XLEN', lane)
if length >= max_waiting then
  -- name, <name>, consumers, <count>, pending, <count>
  local waiting = length - (length > 0 and redis.call('XINFO', 'GROUPS', lane)[1][6] or 0)
  if waiting >= max_waiting then
    local slot_ms = 10000
    local known = redis.call('HMGET', pace, 'slot', 'count', 'before')
    local age = math.floor(now / slot_ms) - tonumber(known[1] or 0) -- in slots
    local acked = age == 0 and known[2] + known[3] or age == 1 and tonumber(known[2]) or 0
    local wait_ms = acked == 0 and -1 or math.ceil(waiting / acked * (slot_ms + now % slot_ms))
    return { 'full', string.format('%.0f', wait_ms) }
  end
end
if length == 0 and redis.call('EXISTS', lane) == 0 then
  redis.call('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM')
end
redis.call('XADD', lane, '*', 'job', payload, 'deadline', string.format('%.0f', now + deadline_ms))
return { 'queued' }
