--- Puts back what this consumer holds, at once and for any other, except the entries it keeps. It counts no more as one that
--- takes jobs, and is forgotten when it holds nothing.
---@key lane      string
---@key workers   string   consumers by the time of their last beat
---@arg group     string
---@arg consumer  string
---@rest kept     string   ids of entries that are still worked on
---@returns 'left' | 'still_holding'
redis.call('ZREM', workers, consumer)
local is_kept = {}
for _, id in ipairs(kept) do
  is_kept[id] = true
end
local is_holding = false
for _, pending in ipairs(redis.call('XPENDING', lane, group, '-', '+', 10000, consumer)) do
  local entry = pending[1]
  if is_kept[entry] then
    is_holding = true
  else
    local found = redis.call('XRANGE', lane, entry, entry)[1]
    if found then
      local fields = found[2] -- job, <job>, deadline, <time>, origin, <entry>, attempts, <count>
      local origin, attempts = fields[6] or entry, (fields[8] or 0) + pending[4]
      redis.call('XADD', lane, '*', 'job', fields[2], 'deadline', fields[4] or 0, 'origin', origin, 'attempts', attempts)
      redis.call('XDEL', lane, entry)
    end
    redis.call('XACK', lane, group, entry)
  end
end
if is_holding then
  return 'still_holding'
end
redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer)
return 'left'
