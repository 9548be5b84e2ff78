--- Counts a response against its tenant's limits on requests and tokens, by this server's clock. What counts at any moment is
--- what was counted since one window ago: exactly, so no window sees more admitted than a limit, and none is refused that fits.
--- `reserve` counts a request and the tokens that it may take, or nothing where that would pass a limit. `settle` puts the true
--- tokens in their place, even beyond the limit; where there are none to replace (they left the window), they count from now.
--- Repeating a call changes nothing.
---
--- Answers whether it is counted ('refused' or 'counted') and when (as all times here in microseconds); of requests and then of
--- tokens, how many count and how long until none of them does; and, where refused, how long until it would fit requests, and
--- tokens (-1: never). As many members are kept as requests were admitted in a window; without a limit on requests, as many as
--- tokens were. Responses that outlast a window are kept beside them for another.
---@key requests       string   when each request was counted
---@key tokens         string   when each response's tokens were
---@key amounts        string   how many tokens they are, and their `sum`
---@arg action         string   `reserve` or `settle`
---@arg response       string
---@arg amount         integer  of tokens
---@arg request_limit  integer  at least 1, or 0: none
---@arg token_limit    integer  likewise
---@arg window_ms      integer
---@returns string[]
local time = redis.call('TIME')
local now, window = time[1] * 1000000 + time[2], window_ms * 1000
local function exact(number)
  return string.format('%.0f', number)
end

local edge = exact(now - window)
local sum = tonumber(redis.call('HGET', amounts, 'sum') or 0)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', tokens, '-inf', edge)) do
  sum = sum - (redis.call('HGET', amounts, old) or 0)
  redis.call('HDEL', amounts, old)
end
redis.call('ZREMRANGEBYSCORE', tokens, '-inf', edge)
redis.call('ZREMRANGEBYSCORE', requests, '-inf', edge)

local function count_tokens()
  if token_limit == 0 then
    return
  end
  sum = sum - (redis.call('HGET', amounts, response) or 0) + amount
  if amount == 0 then
    redis.call('ZREM', tokens, response)
    redis.call('HDEL', amounts, response)
  else
    redis.call('ZADD', tokens, 'NX', exact(now), response)
    redis.call('HSET', amounts, response, amount)
  end
end

-- How long until the member at this place, the oldest first, has left the window.
local function leaves_in(times, place)
  local score = redis.call('ZRANGE', times, place, place, 'WITHSCORES')[2]
  return score and tonumber(score) + window - now or 0
end

local function wait_for_request()
  local excess = redis.call('ZCARD', requests) + 1 - request_limit
  return request_limit > 0 and excess > 0 and leaves_in(requests, excess - 1) or 0
end

local function wait_for_tokens()
  local excess = sum + amount - token_limit
  if token_limit == 0 or excess <= 0 then
    return 0
  end
  if amount > token_limit then
    return -1
  end
  local place = -1
  while excess > 0 do
    place = place + 1
    excess = excess - redis.call('HGET', amounts, redis.call('ZRANGE', tokens, place, place)[1])
  end
  return leaves_in(tokens, place)
end

local request_wait, token_wait = 0, 0
local is_known = redis.call('ZSCORE', requests, response) or redis.call('ZSCORE', tokens, response)
if action == 'settle' then
  count_tokens()
elseif not is_known then
  request_wait, token_wait = wait_for_request(), wait_for_tokens()
  if request_wait == 0 and token_wait == 0 then
    if request_limit > 0 then
      redis.call('ZADD', requests, exact(now), response)
    end
    count_tokens()
  end
end

redis.call('HSET', amounts, 'sum', exact(sum))
for _, key in ipairs({ requests, tokens, amounts }) do
  redis.call('PEXPIRE', key, window_ms + 1000)
end
local is_refused = request_wait ~= 0 or token_wait ~= 0
return {
  is_refused and 'refused' or 'counted', exact(now),
  exact(redis.call('ZCARD', requests)), exact(leaves_in(requests, -1)),
  exact(sum), exact(leaves_in(tokens, -1)),
  exact(request_wait), exact(token_wait),
}
