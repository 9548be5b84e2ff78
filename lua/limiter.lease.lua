--- Gives a connection audio of what its tenant may have in a day, so that it need not ask for each piece. A connection says how much
--- it wants to have had in all on that day, and so repeating a call changes nothing; a lower total than before gives back. Days are
--- those of UTC, by this server's clock.
--- Answers the day; how much the connection has of it, which is less than it wants where no more is left, and nothing where it asked
--- for another day; and in how many milliseconds the next day begins.
---@key audio       string   the `day` that it is about, its `sum`, and what each connection has of it, all in milliseconds of audio
---@arg connection  string
---@arg day         integer  since 1970; another than today's: nothing is given
---@arg total       integer
---@arg limit       integer
---@returns string[]
local time = redis.call('TIME')
local today, day_s = math.floor(time[1] / 86400), 86400
local answer_day, left_ms = string.format('%.0f', today), string.format('%.0f', ((today + 1) * day_s - time[1]) * 1000)
if day ~= today then
  return { answer_day, '0', left_ms }
end
local known = redis.call('HMGET', audio, 'day', 'sum', 'of:' .. connection)
if tonumber(known[1] or -1) ~= today then
  redis.call('UNLINK', audio)
  known = {}
end
local sum, own = tonumber(known[2] or 0), tonumber(known[3] or 0)
local given = total < own and total or math.max(own, math.min(total, limit - (sum - own)))
redis.call('HSET', audio, 'day', today, 'sum', string.format('%.0f', sum - own + given), 'of:' .. connection, given)
if not known[1] then
  redis.call('PEXPIRE', audio, day_s * 1000)
end
return { answer_day, string.format('%.0f', given), left_ms }
