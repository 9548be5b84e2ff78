--- Keeps the answer to what was begun, for whoever asks again.
---@key answers  string  what was answered, by name
---@key times    string  until when it is known
---@arg name     string
---@arg answer   bytes
---@arg keep_ms  integer
---@returns 'kept'
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', answers, name, answer)
redis.call('ZADD', times, now_ms + keep_ms, name)
redis.call('PEXPIRE', answers, keep_ms)
redis.call('PEXPIRE', times, keep_ms)
return 'kept'
