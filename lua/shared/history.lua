--- History that is not written down yet, for scripts that say `---@uses history`: facts, numbered, with the time of each. The
--- newest number stays in the session (`fact`), so that a fact that was written down and let go of does not come again.
--- A script that uses this has the keys:
---   session   what is known of the session
---   history   the stream of facts; of each its time, its body, and how many bytes of bodies there were with it

local history_keep_ms = 7 * 86400000 -- the last resort, should nobody ever write it down

local function fact_of(entry)
  return entry[2][2], entry[2][4], tonumber(entry[2][6])
end

local function newest_fact()
  local number = tonumber(redis.call('HGET', session, 'fact') or 0)
  local entry = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
  if not entry then
    return number, 0
  end
  local _, _, bytes = fact_of(entry)
  return math.max(number, tonumber(entry[1]:match('^%d+'))), bytes
end

-- Appends facts (number, time and body of each) that are not known. Answers how many bytes of facts wait to be written down.
local function tell_history(told, from, to)
  local newest, bytes = newest_fact()
  for i = from, to, 3 do
    local number, body = tonumber(told[i]), told[i + 2]
    if number > newest then
      newest, bytes = number, bytes + #body
      redis.call('XADD', history, string.format('%.0f-0', number), 'at', told[i + 1], 'body', body, 'bytes', bytes)
    end
  end
  redis.call('HSET', session, 'fact', string.format('%.0f', newest))
  local oldest = redis.call('XRANGE', history, '-', '+', 'COUNT', 1)[1]
  if not oldest then
    return 0
  end
  redis.call('PEXPIRE', history, history_keep_ms)
  local _, body, first = fact_of(oldest)
  return bytes - first + #body
end
