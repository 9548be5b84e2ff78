--- Takes a finished entry out of its lane, if this consumer still holds it in this delivery, and counts it for the lane's pace.
--- Its place goes to its tenant's next job.
---@key lane      string
---@key pace      string   how many were acked in the current slot of ten seconds, and in the one before
---@key places    string
---@key overflow  string
---@key share     string
---@arg group     string
---@arg consumer  string
---@arg entry     string
---@arg delivery  integer  how often the entry was delivered
---@arg tenant    string   whose place it has
---@uses places
---@returns 'acked' | 'not_holder'
local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]
if not pending or pending[2] ~= consumer or pending[4] ~= delivery then
  return 'not_holder'
end
redis.call('XACK', lane, group, entry)
redis.call('XDEL', lane, entry)
leave_place(tenant)
release(tenant)

local slot = math.floor(redis.call('TIME')[1] / 10)
local known = redis.call('HMGET', pace, 'slot', 'count')
if tonumber(known[1]) == slot then
  redis.call('HINCRBY', pace, 'count', 1)
else
  local before = tonumber(known[1]) == slot - 1 and known[2] or 0
  redis.call('HSET', pace, 'slot', slot, 'count', 1, 'before', before)
  redis.call('PEXPIRE', pace, 60000)
end
return 'acked'
