--- Shows a consumer's life: in the list of those who take jobs from the lane, and for the entries that it still holds in the
--- given delivery. Answers the ids of those that it holds no more.
---@key lane        string
---@key workers     string   consumers by the time of their last beat
---@arg group       string
---@arg consumer    string
---@arg takes_jobs  integer  0 if it is leaving
---@rest holding    string   id and delivery of each entry, alternating
---@returns string[]
local gone_after_ms = 60000
if takes_jobs == 1 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', workers, string.format('%.0f', now), consumer)
  redis.call('ZREMRANGEBYSCORE', workers, '-inf', string.format('%.0f', now - gone_after_ms))
  redis.call('PEXPIRE', workers, gone_after_ms)
end
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
