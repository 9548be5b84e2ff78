--- Takes an entry out of its lane until its job shall be begun again, if this consumer still holds it in this delivery.
---@key lane      string
---@key later     string   jobs by the time when `lane.tend` puts them back
---@arg group     string
---@arg consumer  string
---@arg entry     string
---@arg delivery  integer  how often the entry was delivered
---@arg attempts  integer  how often the job was begun, in this entry and in those before it
---@arg delay_ms  integer
---@returns 'waits' | 'not_holder'
local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]
if not pending or pending[2] ~= consumer or pending[4] ~= delivery then
  return 'not_holder'
end
local fields = redis.call('XRANGE', lane, entry, entry)[1][2] -- job, <job>, deadline, <time>, origin, <entry>, …
local time = redis.call('TIME')
local due = time[1] * 1000 + math.floor(time[2] / 1000) + delay_ms
redis.call('ZADD', later, string.format('%.0f', due), cmsgpack.pack({ fields[6] or entry, attempts, fields[4], fields[2] }))
redis.call('XACK', lane, group, entry)
redis.call('XDEL', lane, entry)
return 'waits'
