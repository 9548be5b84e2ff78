--- Shows a consumer's life: in the list of those who take jobs from the lane, and for the entries that it still holds in the
--- given delivery. Answers the ids of those that it holds no more.
--- The share of a tenant follows from what all consumers can do at a time: with as many places it can use all of them, and has
--- none waiting before others. One that fell silent counts until what it held was claimed for sure, since that has places too.
---@key lane         string
---@key workers      string   consumers by the time of their last beat
---@key slots        string   how many jobs each consumer does at a time, as of its last beat
---@key places       string
---@key overflow     string
---@key share        string
---@arg group        string
---@arg consumer     string
---@arg can_do       integer  jobs at a time; 0 if it is leaving
---@arg max_share    integer  how many places a tenant may have at most; 0: as many jobs as consumers can do at a time
---@rest holding     string   id and delivery of each entry, alternating
---@uses places
---@returns string[]
local gone_after_ms = 60000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if can_do > 0 then
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

local own = math.max(can_do, #holding / 2 - #lost)
if own > 0 then
  redis.call('HSET', slots, consumer, own .. ' ' .. time[1])
else
  redis.call('HDEL', slots, consumer)
end
redis.call('PEXPIRE', slots, gone_after_ms)
local sum, all = 0, redis.call('HGETALL', slots)
for i = 1, #all, 2 do
  local count, at = all[i + 1]:match('^(%d+) (%d+)$')
  if time[1] - at > gone_after_ms / 1000 then
    redis.call('HDEL', slots, all[i])
  else
    sum = sum + count
  end
end
local jobs = math.max(1, max_share > 0 and max_share or sum)
local before = tonumber(redis.call('HGET', share, 'jobs') or unknown_share)
redis.call('HSET', share, 'jobs', jobs)
redis.call('PEXPIRE', share, 86400000)
if jobs > before then
  release_all()
end
return lost
