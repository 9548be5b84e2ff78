--- Opens a session that one holder drives. Repeating the holder's call changes nothing. Its token is the time in milliseconds.
--- Answers 'created' and that token, or 'exists' where this id was used before.
---@key session    string   what is known of the session
---@arg tenant     string
---@arg holder     string   who drives it
---@arg take       string   names this call, so that it is known again
---@arg opened_by  string   what opened it; empty: nothing that is kept
---@arg ttl_ms     integer  how long it lives without a sign of life
---@arg keep_ms    integer
---@returns string[]
local found = redis.call('HMGET', session, 'take', 'token', 'opened_at')
if found[1] then
  return { found[1] == take and found[2] == found[3] and 'created' or 'exists', found[2] }
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local token = string.format('%.0f', now_ms)
redis.call('HSET', session, 'state', 'live', 'tenant', tenant, 'token', token, 'take', take, 'holder', holder,
  'opened_by', opened_by, 'opened_at', token, 'alive_until', now_ms + ttl_ms, 'version', 0, 'last_sent', 0)
redis.call('PEXPIRE', session, keep_ms)
return { 'created', token }
