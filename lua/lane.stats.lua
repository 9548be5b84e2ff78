--- Tells how a lane is. Answers how many jobs wait, how many are being done, how many wait to be begun again, for how many
--- milliseconds the oldest has waited, how many consumers take jobs, and how many dead letters there are.
---@key lane      string
---@key later     string
---@key workers   string
---@key dead      string
---@arg alive_ms  integer  how long a consumer counts after its last beat
---@returns string[]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pending, oldest_ms = 0, 0
if redis.call('EXISTS', lane) == 1 then
  local group = redis.call('XINFO', 'GROUPS', lane)[1] -- name, <name>, consumers, <n>, pending, <n>, last-delivered-id, <id>
  pending = group[6]
  local oldest = redis.call('XRANGE', lane, '(' .. group[8], '+', 'COUNT', 1)[1]
  if oldest then
    oldest_ms = math.max(0, now - tonumber(oldest[1]:match('^%d+')))
  end
end
local reply = {
  redis.call('XLEN', lane) - pending, pending, redis.call('ZCARD', later), oldest_ms,
  redis.call('ZCOUNT', workers, string.format('%.0f', now - alive_ms), '+inf'), redis.call('XLEN', dead),
}
for i, count in ipairs(reply) do
  reply[i] = string.format('%.0f', count)
end
return reply
