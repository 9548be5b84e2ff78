--- Takes an entry out of its lane until its job shall be begun again, if this consumer still holds it in this delivery. Its place
--- goes to its tenant's next job.
---@key lane      string
---@key later     string   jobs by the time when `lane.tend` puts them back
---@key places    string
---@key overflow  string
---@key share     string
---@arg group     string
---@arg consumer  string
---@arg entry     string
---@arg delivery  integer  how often the entry was delivered
---@arg attempts  integer  how often the job was begun, in this entry and in those before it
---@arg delay_ms  integer
---@uses places
---@returns 'waits' | 'not_holder'
local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]
if not pending or pending[2] ~= consumer or pending[4] ~= delivery then
  return 'not_holder'
end
local job, deadline, origin, _, tenant = values_of(redis.call('XRANGE', lane, entry, entry)[1])
local time = redis.call('TIME')
local due = time[1] * 1000 + math.floor(time[2] / 1000) + delay_ms
redis.call('ZADD', later, string.format('%.0f', due), cmsgpack.pack({ origin, attempts, deadline, job, tenant }))
redis.call('XACK', lane, group, entry)
redis.call('XDEL', lane, entry)
leave_place(tenant)
release(tenant)
return 'waits'
