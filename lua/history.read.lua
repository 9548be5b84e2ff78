--- Reads the oldest facts of a session that are not written down yet: the first, and more within the limits. Answers `live` or
--- `over`, and number, time and body of each. Of a session that is over and has none, there will be none.
---@key session    string   what is known of the session
---@key history    string   its facts
---@arg count      integer  of facts
---@arg max_bytes  integer  of bodies
---@returns bytes[]
local reply = { redis.call('HGET', session, 'state') == 'live' and 'live' or 'over' }
local bytes = 0
for _, entry in ipairs(redis.call('XRANGE', history, '-', '+', 'COUNT', count)) do
  local at, body = entry[2][2], entry[2][4]
  bytes = bytes + #body
  if bytes > max_bytes and #reply > 1 then
    break
  end
  reply[#reply + 1] = entry[1]:match('^%d+')
  reply[#reply + 1] = at
  reply[#reply + 1] = body
end
return reply
