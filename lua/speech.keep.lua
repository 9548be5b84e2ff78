--- Keeps what was spoken for an item, from this byte of it on, unless the session has ended. Repeating it changes nothing.
---@key session  string   what is known of the session
---@key held     string   the names of the session's keys
---@key spoken   string
---@arg at_byte  integer
---@arg ttl_ms   integer
---@arg pcm      bytes
---@returns 'kept' | 'session_ended'
if redis.call('HGET', session, 'state') == 'ended' then
  return 'session_ended'
end
redis.call('SETRANGE', spoken, at_byte, pcm)
if redis.call('PTTL', spoken) < 0 then
  redis.call('SADD', held, spoken)
  redis.call('PEXPIRE', held, ttl_ms)
  redis.call('PEXPIRE', spoken, ttl_ms)
end
return 'kept'
