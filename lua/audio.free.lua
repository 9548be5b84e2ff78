--- Frees the audio of an item, as it was heard and as it was spoken.
---@key held    string   the names of the session's keys
---@key audio   string
---@key spoken  string
---@returns 'freed'
redis.call('UNLINK', audio, spoken)
redis.call('SREM', held, audio, spoken)
return 'freed'
