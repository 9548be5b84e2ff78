--- Makes the lane and its group if they are missing, and forgets consumers that hold nothing and were not seen for long.
---@key lane            string
---@arg group           string
---@arg forget_idle_ms  integer  how long a consumer without entries must have been silent to be forgotten
---@returns 'joined'
redis.pcall('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM') -- BUSYGROUP says that it is there
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', lane, group)) do
  -- name, <name>, pending, <count>, idle, <ms>
  if consumer[4] == 0 and consumer[6] > forget_idle_ms then
    redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer[2])
  end
end
return 'joined'
