--- Takes a finished entry out of its lane, if this consumer still holds it in this attempt.
---@key lane      string
---@arg group     string
---@arg consumer  string
---@arg entry     string
---@arg attempt   integer
---@returns 'acked' | 'not_holder'
local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]
if not pending or pending[2] ~= consumer or pending[4] ~= attempt then
  return 'not_holder'
end
redis.call('XACK', lane, group, entry)
redis.call('XDEL', lane, entry)
return 'acked'
