--- Makes the lane and its group if they are missing.
---@key lane   string
---@arg group  string
---@returns 'joined'
redis.pcall('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM') -- BUSYGROUP says that it is there
return 'joined'
