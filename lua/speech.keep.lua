--- Keeps what was spoken for an item, from this byte of it on, if the session's holder does. Repeating it changes nothing.
---@key session  string   what is known of the session
---@key held     string   the names of the session's keys
---@key spoken   string
---@arg token    integer  the holder's
---@arg at_byte  integer
---@arg ttl_ms   integer
---@arg pcm      bytes
---@returns 'kept' | 'lost'
local holder = redis.call('HMGET', session, 'state', 'token')
if holder[1] == 'ended' or tonumber(holder[2] or 0) > token then
  return 'lost'
end
redis.call('SETRANGE', spoken, at_byte, pcm)
if redis.call('PTTL', spoken) < 0 then
  redis.call('SADD', held, spoken)
  redis.call('PEXPIRE', held, ttl_ms)
  redis.call('PEXPIRE', spoken, ttl_ms)
end
return 'kept'
