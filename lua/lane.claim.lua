--- Takes entries over from consumers that gave no sign of life. Answers the next cursor, then seven values of each: the entry,
--- how often it was delivered, its job, its deadline, its first entry and earlier attempts (empty where there are none), and
--- whose place it has.
---
--- A server that was started a moment ago has not heard of anybody yet, so that silence says nothing: then none are taken.
---@key lane         string
---@arg group        string
---@arg consumer     string   who takes them
---@arg min_idle_ms  integer
---@arg min_up_ms    integer  how long the server must have been up
---@arg cursor       string   where to go on; `0-0` at first
---@arg count        integer  how many at most
---@returns bytes[]
if min_up_ms > 0 then
  -- the difference of two times in whole seconds: the server is up for at least one less
  local uptime_s = tonumber(redis.call('INFO', 'server'):match('uptime_in_seconds:(%d+)') or math.huge)
  if (uptime_s - 1) * 1000 < min_up_ms then
    return { cursor }
  end
end
local claimed = redis.call('XAUTOCLAIM', lane, group, consumer, min_idle_ms, cursor, 'COUNT', count)
local reply = { claimed[1] }
for _, entry in ipairs(claimed[2]) do
  local pending = redis.call('XPENDING', lane, group, entry[1], entry[1], 1)[1]
  local fields = entry[2]
  for _, value in ipairs({ entry[1], tostring(pending[4]), fields[2], fields[4] or '', fields[6] or '', fields[8] or '', fields[10] or '' }) do
    reply[#reply + 1] = value
  end
end
return reply
