--- Puts back what this consumer holds, at once and for any other, except the entries it keeps. It counts no more as one that
--- takes jobs, and is forgotten when it holds nothing. What it keeps counts for the share of tenants until then.
---@key lane      string
---@key workers   string   consumers by the time of their last beat
---@key slots     string   how many jobs each consumer does at a time, as of its last beat
---@key places    string
---@key overflow  string
---@key share     string
---@arg group     string
---@arg consumer  string
---@rest kept     string   ids of entries that are still worked on
---@uses places
---@returns 'left' | 'still_holding'
redis.call('ZREM', workers, consumer)
local is_kept = {}
for _, id in ipairs(kept) do
  is_kept[id] = true
end
local holding = 0
for _, pending in ipairs(redis.call('XPENDING', lane, group, '-', '+', 10000, consumer)) do
  local entry = pending[1]
  if is_kept[entry] then
    holding = holding + 1
  else
    local found = redis.call('XRANGE', lane, entry, entry)[1]
    redis.call('XACK', lane, group, entry)
    if found then
      local job, deadline, origin, attempts, tenant = values_of(found)
      redis.call('XDEL', lane, entry)
      leave_place(tenant)
      admit(tenant, first_at_of(origin), job, deadline, origin, attempts + pending[4])
    end
  end
end
if holding > 0 then
  local time = redis.call('TIME')
  redis.call('HSET', slots, consumer, holding .. ' ' .. time[1])
  return 'still_holding'
end
redis.call('HDEL', slots, consumer)
redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer)
return 'left'
