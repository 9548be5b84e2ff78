--- Marks a subject (an item's transcription or a response) as cancelled and tells the workers that are busy with it.
---@key cancelled  string
---@arg channel    string
---@arg subject    string
---@arg ttl_ms     integer  longer than any job of the subject can live
---@returns 'cancelled'
redis.call('SET', cancelled, 1, 'PX', ttl_ms)
redis.call('SPUBLISH', channel, subject)
return 'cancelled'
