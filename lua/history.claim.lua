--- Answers sessions whose history is due to be looked at, the longest first, and puts each off: nobody else gets it until the
--- claim is over, or its claimer says when it is due again.
---@key due       string   sessions by when they are to be looked at
---@arg claim_ms  integer
---@arg count     integer  how many sessions at most
---@returns string[]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('ZRANGE', due, '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, count)
for _, session in ipairs(found) do
  redis.call('ZADD', due, now_ms + claim_ms, session)
end
return found
