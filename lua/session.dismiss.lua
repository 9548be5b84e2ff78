--- Asks whoever holds a session to end it. Repeating it changes nothing more. `none`: the tenant has no live session of this id.
---@key session  string   what is known of the session
---@arg tenant   string
---@arg channel  string   on which its holder is told
---@returns 'asked' | 'none'
local found = redis.call('HMGET', session, 'state', 'tenant')
if found[1] ~= 'live' or found[2] ~= tenant then
  return 'none'
end
redis.call('HSET', session, 'dismissed', 1)
redis.call('SPUBLISH', channel, 'dismissed')
return 'asked'
