--- Reads events behind a number from a session's journal, the oldest first. Answers 'gone' where some of them are not kept any
--- more, or there is no live session; else 'kept', and then number and body of each.
---@key session  string   what is known of the session
---@key sent     string   the journal of what was sent
---@arg after    integer
---@arg count    integer  how many at most
---@returns bytes[]
local found = redis.call('HMGET', session, 'state', 'cut')
if found[1] ~= 'live' or after < tonumber(found[2] or 0) then
  return { 'gone' }
end
local reply = { 'kept' }
for _, entry in ipairs(redis.call('XRANGE', sent, string.format('(%.0f-0', after), '+', 'COUNT', count)) do
  reply[#reply + 1] = entry[1]:match('^%d+')
  reply[#reply + 1] = entry[2][2]
end
return reply
