--- Takes a live session over: whoever held it is told, and what he writes is refused from now on. The new token is the time in
--- milliseconds, or one more than the one before: tokens grow even over a loss of data. Repeating a call changes nothing. Answers 'none' where the tenant has no live session of this id; 'changed' and the token
--- where that is not the expected one; or 'taken', token, version, results_up_to, last_sent, opened_at, opened_by, and then name
--- and value of each record.
---@key session   string   what is known of the session
---@key records   string   what is kept of it, by name
---@arg tenant    string
---@arg expected  integer  the token that it has
---@arg holder    string   who takes it
---@arg take      string   names this call, so that it is known again
---@arg ttl_ms    integer  how long it lives without a sign of life
---@arg channel   string
---@returns bytes[]
local found = redis.call('HMGET', session, 'state', 'tenant', 'token', 'take')
if found[1] ~= 'live' or found[2] ~= tenant then
  return { 'none' }
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local token = tonumber(found[3])
if found[4] ~= take then
  if token ~= expected then
    return { 'changed', found[3] }
  end
  token = math.max(token + 1, now_ms)
  redis.call('HSET', session, 'token', token, 'take', take, 'holder', holder)
  redis.call('SPUBLISH', channel, string.format('%.0f', token))
end
redis.call('HSET', session, 'alive_until', now_ms + ttl_ms)
local reply = { 'taken' }
local known = redis.call('HMGET', session, 'token', 'version', 'results_up_to', 'last_sent', 'opened_at', 'opened_by')
for i = 1, 6 do
  reply[i + 1] = known[i] or ''
end
for _, part in ipairs(redis.call('HGETALL', records)) do
  reply[#reply + 1] = part
end
return reply
