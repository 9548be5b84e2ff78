--- Tells how a lane is. Answers how many jobs wait, how many are being done, how many wait to be begun again, for how many
--- milliseconds the oldest has waited, how many consumers take jobs, how many dead letters there are, and how many of those that
--- wait do so in the overflow.
---@key lane      string
---@key later     string
---@key workers   string
---@key dead      string
---@key overflow  string
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
    oldest_ms = now - tonumber(oldest[1]:match('^%d+'))
  end
end
-- A member is the length of its tenant's name, the name, and the microseconds at which its job was first put on the lane.
local first = redis.call('ZRANGEBYLEX', overflow, '-', '+', 'LIMIT', 0, 1)[1]
while first do
  local length = 4 + struct.unpack('>I4', first)
  oldest_ms = math.max(oldest_ms, now - first:sub(length + 1, length + 16) / 1000)
  first = redis.call('ZRANGEBYLEX', overflow, '[' .. first:sub(1, length) .. '\255', '+', 'LIMIT', 0, 1)[1]
end
local overflowing = redis.call('ZCARD', overflow)
local reply = {
  redis.call('XLEN', lane) - pending + overflowing, pending, redis.call('ZCARD', later), math.max(0, oldest_ms),
  redis.call('ZCOUNT', workers, string.format('%.0f', now - alive_ms), '+inf'), redis.call('XLEN', dead), overflowing,
}
for i, count in ipairs(reply) do
  reply[i] = string.format('%.0f', count)
end
return reply
