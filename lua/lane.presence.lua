--- Tells how many milliseconds ago anybody who takes jobs from the lane showed life; nothing where nobody did.
---@key workers  string  consumers by the time of their last beat
---@returns string[]
local newest = redis.call('ZRANGE', workers, -1, -1, 'WITHSCORES')[2]
if not newest then
  return {}
end
local time = redis.call('TIME')
return { string.format('%.0f', math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(newest))) }
