--- Writes one change of a session, if its holder does. Changes are numbered: one whose number is known is not written again.
--- `lost`: another holds the session, or it has ended. `behind`: what is stored is older than what this holder wrote before, so
--- nothing is written; with `facts` the change is the whole of the session then, and is put in place of what there is.
---
--- The journal keeps the events of the newest change that had any, and of those before it as many as the limits allow, without
--- a hole: `cut` is the number up to which they are gone. The session log is trimmed behind the results that are in the change.
---
--- `committed_after_loss`: the same as `committed`, but the log does not know of results that the holder has heard, so that others
--- may be lost that it has not. Results go on behind what it has heard: none of what is asked for from now on seems lost.
---
--- `committed_and_full`: the same as `committed`, but more of the session's history waits to be written down than may.
---@uses history
---@key session        string   what is known of the session
---@key records        string   what is kept of it, by name
---@key items          string   what language workers read, by item
---@key sent           string   the journal of what was sent, by number
---@key log            string   the session log
---@key head           string   its last number
---@key held           string   the names of all other keys of the session
---@key history        string   facts that are not written down yet
---@arg token          integer  the holder's
---@arg number         integer  of the change
---@arg ttl_ms         integer  how long the session lives without a sign of life
---@arg keep_ms        integer  how long its keys do
---@arg results_up_to  integer  which the change has
---@arg heard_up_to    integer  the newest result that the holder has heard
---@arg max_bytes      integer  of events in the journal
---@arg max_age_ms     integer  of events in the journal
---@arg max_unwritten  integer  bytes of facts that may wait to be written down
---@arg known_after    integer  with `facts`: the change has every event behind this number
---@arg facts          integer  how many of `parts` are fields and values of the session itself
---@arg sets           integer  then: names and values of records
---@arg drops          integer  then: names of records
---@arg saves          integer  then: ids and values of items
---@arg forgets        integer  then: ids of items
---@arg told           integer  then: numbers, times and bodies of facts for history; what is left are numbers and bodies of events
---@rest parts         bytes
---@returns 'committed' | 'committed_after_loss' | 'committed_and_full' | 'lost' | 'behind'
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HMGET', session, 'state', 'token', 'version', 'last_sent', 'cut', 'newest', 'bytes', 'cut_bytes', 'oldest_at')
local stored_token, version = tonumber(stored[2] or 0), tonumber(stored[3] or 0)
if stored[1] == 'ended' or stored_token > token then
  return 'lost'
end
local is_known = stored_token == token and number <= version
if not is_known and facts == 0 and (stored_token < token or number > version + 1) then
  return 'behind'
end
local answer = 'committed'
if tonumber(redis.call('HGET', head, 'number') or 0) < heard_up_to then
  redis.call('HSET', head, 'number', heard_up_to)
  answer = 'committed_after_loss'
end
if is_known then
  return answer
end

local at = 1
local function spread(command, key, count)
  local last = at + count - 1
  while at <= last do
    local to = math.min(at + 3999, last) -- Lua's stack is small
    redis.call(command, key, unpack(parts, at, to))
    at = to + 1
  end
end
local last_sent, cut, newest = tonumber(stored[4] or 0), tonumber(stored[5] or 0), tonumber(stored[6] or 0)
local bytes, cut_bytes, oldest_at = tonumber(stored[7] or 0), tonumber(stored[8] or 0), tonumber(stored[9] or now_ms)
if facts > 0 then
  redis.call('UNLINK', records, items)
  if stored_token < token or last_sent < known_after then -- a stranger's journal, or one with a hole before these events
    redis.call('UNLINK', sent)
    last_sent, cut, newest, bytes, cut_bytes = known_after, known_after, 0, 0, 0
  end
end
spread('HSET', session, facts)
spread('HSET', records, sets)
spread('HDEL', records, drops)
spread('HSET', items, saves)
spread('HDEL', items, forgets)
local unwritten = told > 0 and tell_history(parts, at, at + told - 1) or 0
at = at + told

local first
for i = at, #parts, 2 do
  local event, body = tonumber(parts[i]), parts[i + 1]
  if event > last_sent then
    if bytes == cut_bytes then
      oldest_at = now_ms
    end
    first, last_sent, bytes = first or event, event, bytes + #body
    redis.call('XADD', sent, parts[i] .. '-0', 'body', body, 'bytes', bytes, 'at', now_ms)
  end
end
newest = first or newest

local function is_over(sent_at, bytes_before)
  return sent_at < now_ms - max_age_ms or bytes - bytes_before > max_bytes
end
if bytes > cut_bytes and is_over(oldest_at, cut_bytes) then
  local cursor, goes_on, count = '-', true, 1
  while goes_on do
    count = math.min(count * 2, 64) -- mostly as many go as came
    local page = redis.call('XRANGE', sent, cursor, '+', 'COUNT', count)
    for _, entry in ipairs(page) do
      local event, ends, sent_at = tonumber(entry[1]:match('^%d+')), tonumber(entry[2][4]), tonumber(entry[2][6])
      oldest_at = sent_at
      goes_on = event < newest and is_over(sent_at, cut_bytes)
      if not goes_on then
        break
      end
      cut, cut_bytes, cursor = event, ends, '(' .. entry[1]
    end
    goes_on = goes_on and #page > 0
  end
  redis.call('XTRIM', sent, 'MINID', string.format('%.0f', cut + 1))
end

redis.call('HSET', session, 'version', number, 'alive_until', now_ms + ttl_ms, 'results_up_to', results_up_to,
  'last_sent', last_sent, 'cut', cut, 'newest', newest, 'bytes', bytes, 'cut_bytes', cut_bytes, 'oldest_at', oldest_at)
redis.call('XTRIM', log, 'MINID', string.format('%.0f', results_up_to))
for _, key in ipairs(KEYS) do
  local left_ms = redis.call('PTTL', key)
  if key ~= history and left_ms ~= -2 and left_ms < keep_ms / 2 then -- -2: there is none
    redis.call('PEXPIRE', key, keep_ms)
  end
end
if answer == 'committed' and unwritten > max_unwritten then
  return 'committed_and_full'
end
return answer
