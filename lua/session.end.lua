--- Ends a session: only a mark is left of it, under which nothing is written any more, and its jobs are told to stop. Then its
--- ender has to free what else it holds, and another may do so once `busy_ms` are over. Repeating the call changes nothing.
--- If there is history of it, its end is the last fact of that; it stays until it is written down.
--- Answers 'ended', reason, opened_at, ended_at, and 1 if there is unwritten history: it is the caller who has to free it; 'busy' and for how many
--- milliseconds another has; 'buried': it is free; 'alive' and how many milliseconds it has; 'lost': another holds it; or 'none'.
---@uses history
---@key session    string   what is known of the session
---@key records    string
---@key items      string
---@key sent       string
---@key log        string
---@key head       string
---@key history    string   facts that are not written down yet
---@arg token      integer  of the holder that ends it; 0: it is ended only if its time is over
---@arg tenant     string   for a holder whose session Redis has lost
---@arg opened_at  string   likewise
---@arg ender      string   names this call, so that it is known again
---@arg reason     string
---@arg busy_ms    integer
---@arg keep_ms    integer
---@arg channel    string   on which jobs are told
---@rest told      bytes    facts for history that may not be there: number, time and body of each
---@returns string[]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('HMGET', session, 'state', 'token', 'alive_until', 'ender', 'busy_until', 'buried')
local state, left_ms = found[1], tonumber(found[3] or 0) - now_ms
if state == 'ended' then
  if found[6] then
    return { 'buried' }
  end
  local busy_left_ms = tonumber(found[5]) - now_ms
  if found[4] ~= ender and busy_left_ms > 0 then
    return { 'busy', string.format('%.0f', busy_left_ms) }
  end
elseif token == 0 and not state then
  return { 'none' }
elseif token == 0 and left_ms > 0 then
  return { 'alive', string.format('%.0f', left_ms) }
elseif token > 0 and tonumber(found[2] or 0) > token then
  return { 'lost' }
else
  redis.call('UNLINK', records, items, sent, log, head)
  if not state then
    redis.call('HSET', session, 'tenant', tenant, 'token', token, 'opened_at', opened_at)
  end
  if #told > 0 or redis.call('HEXISTS', session, 'fact') == 1 then
    tell_history(told, 1, #told)
    local newest = newest_fact()
    local number = math.max(newest + 1, now_ms * 1000) -- behind all that a holder may have told
    local fact = cmsgpack.pack({ kind = 'session_ended', reason = reason })
    tell_history({ number, string.format('%.0f', now_ms), fact }, 1, 3)
  end
  redis.call('HSET', session, 'state', 'ended', 'reason', reason, 'ended_at', string.format('%.0f', now_ms))
  redis.call('SPUBLISH', channel, '*')
end
redis.call('HSET', session, 'ender', ender, 'busy_until', now_ms + busy_ms)
redis.call('PEXPIRE', session, keep_ms)
local about = redis.call('HMGET', session, 'reason', 'opened_at', 'ended_at')
return { 'ended', about[1], about[2], about[3], tostring(redis.call('EXISTS', history)) }
