--- Shows life for entries that this consumer still holds in the given attempt. Answers the ids of those that it holds no more.
---@key lane      string
---@arg group     string
---@arg consumer  string
---@rest holding  string   id and attempt of each entry, alternating
---@returns string[]
local lost = {}
for i = 1, #holding, 2 do
  local id = holding[i]
  local pending = redis.call('XPENDING', lane, group, id, id, 1)[1]
  if pending and pending[2] == consumer and pending[4] == tonumber(holding[i + 1]) then
    redis.call('XCLAIM', lane, group, consumer, 0, id, 'JUSTID')
  else
    lost[#lost + 1] = id
  end
end
return lost
