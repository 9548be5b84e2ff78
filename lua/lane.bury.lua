--- Takes an entry out of its lane for good and keeps a dead letter of its job, if this consumer still holds it in this delivery.
--- Its place goes to its tenant's next job. The oldest letters go when there are too many, or when they are too old.
---@key lane         string
---@key dead         string   the lane's dead letters
---@key places       string
---@key overflow     string
---@key share        string
---@arg group        string
---@arg consumer     string
---@arg entry        string
---@arg delivery     integer  how often the entry was delivered
---@arg tenant       string   whose place it has
---@arg letter       bytes
---@arg max_letters  integer
---@arg max_age_ms   integer
---@uses places
---@returns 'buried' | 'not_holder'
local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]
if not pending or pending[2] ~= consumer or pending[4] ~= delivery then
  return 'not_holder'
end
local time = redis.call('TIME')
redis.call('XADD', dead, 'MAXLEN', max_letters, '*', 'letter', letter)
redis.call('XTRIM', dead, 'MINID', string.format('%.0f', time[1] * 1000 - max_age_ms))
redis.call('PEXPIRE', dead, max_age_ms)
redis.call('XACK', lane, group, entry)
redis.call('XDEL', lane, entry)
leave_place(tenant)
release(tenant)
return 'buried'
