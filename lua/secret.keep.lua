--- Keeps what a client secret opens, until it expires.
---@key secret   string   named by a digest, so that nothing kept here could be presented as a key
---@arg ttl_ms   integer
---@arg grant    bytes    what it opens
---@returns 'kept'
redis.call('HSET', secret, 'grant', grant)
redis.call('PEXPIRE', secret, ttl_ms)
return 'kept'
