--- Notes until when a session is taken for alive, by this server's clock; a later call counts.
---@key live     string   sessions by when their time is over
---@arg session  string
---@arg ttl_ms   integer
---@arg is_new   integer  0 if only a session that is noted already counts
---@returns 'shown'
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ttl_ms
if is_new == 1 then
  redis.call('ZADD', live, until_ms, session)
else
  redis.call('ZADD', live, 'XX', until_ms, session)
end
return 'shown'
