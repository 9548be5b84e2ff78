--- Puts a job on a lane, unless too many wait there: in the stream, or in the overflow where its tenant has its share of places
--- already. The group is made with the lane, from its beginning, so that a lane without workers shows its lag. The job's deadline
--- is by this server's clock, as all times here, and counts from now.
--- Where too many wait, a tenant is still taken that has less than its part of them, were they parted evenly among the tenants
--- there. Answers 'queued', or 'full' and the milliseconds in which what waits would be done at the pace of late (-1: none was).
---@key lane         string   the stream of jobs
---@key pace         string   how many jobs were acked of late
---@key places       string
---@key overflow     string
---@key share        string
---@arg group        string   the lane's consumer group
---@arg tenant       string
---@arg payload      bytes    the job
---@arg deadline_ms  integer  how long the job is worth doing
---@arg max_waiting  integer
---@uses places
---@returns string[]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length = redis.call('XLEN', lane)
local there = length + redis.call('ZCARD', overflow)
if there >= max_waiting then
  -- name, <name>, consumers, <count>, pending, <count>
  local waiting = there - (length > 0 and redis.call('XINFO', 'GROUPS', lane)[1][6] or 0)
  local from, to = all_of(tenant)
  local own = redis.call('HGET', places, tenant) or 0
  local tenants = redis.call('HLEN', places) + (own == 0 and 1 or 0)
  own = own + redis.call('ZLEXCOUNT', overflow, from, to)
  if waiting >= max_waiting and own * tenants >= max_waiting then
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
admit(tenant, time[1] * 1000000 + time[2], payload, string.format('%.0f', now + deadline_ms), '', 0)
return { 'queued' }
