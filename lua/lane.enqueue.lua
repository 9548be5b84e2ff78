--- Puts a job on a lane. The group is made with the lane, from its beginning, so that a lane without workers shows its lag.
---@key lane     string   the stream of jobs
---@arg group    string   the lane's consumer group
---@arg payload  bytes    the job
---@returns 'queued'
if redis.call('EXISTS', lane) == 0 then
  redis.call('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM')
end
redis.call('XADD', lane, '*', 'job', payload)
return 'queued'
