--- What any consumer does for its lane now and then: puts jobs back that have waited long enough to be begun again, forgets
--- consumers that hold nothing and were not seen for long, and counts the places anew where their number is not that of the
--- jobs, or where somebody waits for one, so that no mistake holds up a tenant for long.
---@key lane             string
---@key later            string   jobs by the time when they are due
---@key places           string
---@key overflow         string
---@key share            string
---@arg group            string
---@arg forget_idle_ms   integer  longer than any read waits
---@arg recount_ms       integer  how often places are counted while somebody waits for one
---@uses places
---@returns 'tended'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, waiting in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', string.format('%.0f', now), 'LIMIT', 0, 100)) do
  local origin, attempts, deadline, job, tenant = unpack(cmsgpack.unpack(waiting))
  redis.call('ZREM', later, waiting)
  admit(tenant or '', first_at_of(origin), job, deadline, origin, attempts)
end
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', lane, group)) do
  -- name, <name>, pending, <count>, idle, <ms>
  if consumer[4] == 0 and consumer[6] > forget_idle_ms then
    redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer[2])
  end
end

local counted = 0
for _, count in ipairs(redis.call('HVALS', places)) do
  counted = counted + count
end
local is_awaited = redis.call('EXISTS', overflow) == 1
local is_due = is_awaited and now - (redis.call('HGET', share, 'recounted_at') or 0) >= recount_ms
if is_due or counted ~= redis.call('XLEN', lane) then
  local found, cursor = {}, '-'
  repeat
    local page = redis.call('XRANGE', lane, cursor, '+', 'COUNT', 256)
    for _, entry in ipairs(page) do
      local _, _, _, _, tenant = values_of(entry)
      found[tenant] = (found[tenant] or 0) + 1
      cursor = '(' .. entry[1]
    end
  until #page < 256
  redis.call('UNLINK', places)
  for tenant, count in pairs(found) do
    redis.call('HSET', places, tenant, count)
  end
  redis.call('HSET', share, 'recounted_at', string.format('%.0f', now))
end
if is_awaited then
  release_all()
end
return 'tended'
