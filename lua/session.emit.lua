--- Appends a job's results to the session log and publishes each, unless the subject is cancelled, the session has ended, or
--- the job has another owner. Repeating an emit (its number is known) changes nothing.
---
--- A result's number is the time in milliseconds, or one more than its predecessor's if that is later: numbers grow even over
--- a loss of data. Each result names its predecessor, so a reader sees a gap. A message is both numbers (big-endian
--- doubles), then the payload. The newest result is never trimmed.
---@key session     string   what is known of the session
---@key work        string
---@key cancelled   string
---@key log         string   the session log
---@key head        string   its last number and its bytes so far
---@arg channel     string
---@arg run         string   the owner that emits
---@arg emit        integer  counts the emits of this run from 1
---@arg ends_job    integer  1 if the job is done with this
---@arg max_bytes   integer  of payloads in the log
---@arg max_age_ms  integer  of results in the log
---@arg ttl_ms      integer
---@rest payloads   bytes
---@returns 'emitted' | 'cancelled' | 'superseded'
if redis.call('EXISTS', cancelled) == 1 or redis.call('HGET', session, 'state') == 'ended' then
  return 'cancelled'
end
local owner = redis.call('HMGET', work, 'run', 'emits')
if owner[1] ~= run then
  return 'superseded'
end
if emit <= tonumber(owner[2]) then
  return 'emitted'
end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('HMGET', head, 'number', 'bytes', 'cut_bytes')
local number, bytes, cut_bytes = tonumber(last[1] or 0), tonumber(last[2] or 0), tonumber(last[3] or 0)
for _, payload in ipairs(payloads) do
  local previous = number
  number = math.max(previous + 1, now_ms)
  bytes = bytes + #payload
  redis.call('XADD', log, string.format('%.0f-0', number), 'previous', previous, 'payload', payload, 'bytes', bytes)
  redis.call('SPUBLISH', channel, struct.pack('>dd', number, previous) .. payload)
end

redis.call('XTRIM', log, 'MINID', string.format('%.0f', math.min(now_ms - max_age_ms, number)))
while bytes - cut_bytes > max_bytes do
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local end_bytes = tonumber(oldest[2][6])
  cut_bytes = end_bytes - #oldest[2][4]
  if end_bytes == bytes or bytes - cut_bytes <= max_bytes then
    break
  end
  redis.call('XDEL', log, oldest[1])
  cut_bytes = end_bytes
end

redis.call('HSET', head, 'number', number, 'bytes', bytes, 'cut_bytes', cut_bytes)
redis.call('HSET', work, 'emits', emit, 'emitted', 1)
if ends_job == 1 then
  redis.call('HSET', work, 'done', 1)
end
redis.call('PEXPIRE', log, ttl_ms)
redis.call('PEXPIRE', head, ttl_ms)
redis.call('PEXPIRE', work, ttl_ms)
return 'emitted'
