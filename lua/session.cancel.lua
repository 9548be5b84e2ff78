--- Marks a subject (an item's transcription or a response) as cancelled and tells the workers that are busy with it. In a session
--- that has ended all is cancelled.
---@key session    string   what is known of the session
---@key held       string   the names of the session's keys
---@key cancelled  string
---@arg channel    string
---@arg subject    string
---@arg ttl_ms     integer  longer than any job of the subject can live
---@returns 'cancelled'
if redis.call('HGET', session, 'state') == 'ended' then
  return 'cancelled'
end
redis.call('SET', cancelled, 1, 'PX', ttl_ms)
redis.call('SADD', held, cancelled)
redis.call('PEXPIRE', held, ttl_ms)
redis.call('SPUBLISH', channel, subject)
return 'cancelled'
