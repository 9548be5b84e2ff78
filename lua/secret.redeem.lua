--- Uses up a secret that works once: of several users one wins, and for all others it is as if it had never been.
--- Repeating the winner's call changes nothing.
---@key secret  string
---@arg user    string  who redeems it
---@returns 'redeemed' | 'gone'
if redis.call('HGET', secret, 'user') == user then
  return 'redeemed'
end
if redis.call('HEXISTS', secret, 'grant') == 0 then
  return 'gone'
end
redis.call('HSET', secret, 'user', user)
redis.call('HDEL', secret, 'grant')
return 'redeemed'
