--- Tells how much of a session's history is not written down yet: how many facts, and for how many milliseconds the oldest has waited.
---@key history  string   facts of a session
---@returns string[]
local oldest = redis.call('XRANGE', history, '-', '+', 'COUNT', 1)[1]
if not oldest then
  return { '0', '0' }
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
return { string.format('%.0f', redis.call('XLEN', history)), string.format('%.0f', math.max(0, now_ms - oldest[2][2])) }
