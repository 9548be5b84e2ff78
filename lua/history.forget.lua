--- Lets go of the facts up to a number, which are written down. Repeating the call changes nothing.
---@key history  string   facts of a session
---@arg number   integer
---@returns 'forgotten'
redis.call('XTRIM', history, 'MINID', string.format('%.0f', number + 1))
if redis.call('XLEN', history) == 0 then
  redis.call('DEL', history)
end
return 'forgotten'
