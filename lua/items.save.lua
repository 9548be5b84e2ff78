--- Keeps items of a conversation; an item that is there is replaced.
---@key items   string   items by id
---@arg ttl_ms  integer
---@rest fields bytes    id and item, alternating
---@returns 'saved'
for i = 1, #fields, 2 do
  redis.call('HSET', items, fields[i], fields[i + 1])
end
redis.call('PEXPIRE', items, ttl_ms)
return 'saved'
