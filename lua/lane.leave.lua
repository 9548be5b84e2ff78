--- Lets others claim at once what this consumer holds, except the entries it keeps. A consumer that holds nothing is forgotten.
---@key lane      string
---@arg group     string
---@arg consumer  string
---@rest kept     string   ids of entries that are still worked on
---@returns 'left' | 'still_holding'
local long_idle_ms = 86400000
local is_kept = {}
for _, id in ipairs(kept) do
  is_kept[id] = true
end
local held = redis.call('XPENDING', lane, group, '-', '+', 10000, consumer)
for _, pending in ipairs(held) do
  if not is_kept[pending[1]] then
    redis.call('XCLAIM', lane, group, consumer, 0, pending[1], 'IDLE', long_idle_ms, 'JUSTID')
  end
end
if #held > 0 then
  return 'still_holding'
end
redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer)
return 'left'
