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
---@key amounts        string   how many tokens they are, their `sum`, and until when all three keys are kept (`kept_until`, in ms)
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

-- What left the window.
local edge = exact(now - window)
local found = redis.call('HMGET', amounts, 'sum', response, 'kept_until')
local sum, own = tonumber(found[1] or 0), tonumber(found[2] or 0)
local before = sum
local left = redis.call('ZRANGEBYSCORE', tokens, '-inf', edge)
for _, old in ipairs(left) do
  sum = sum - (redis.call('HGET', amounts, old) or 0)
  redis.call('HDEL', amounts, old)
  own = old == response and 0 or own
end
if #left > 0 then
  redis.call('ZREMRANGEBYSCORE', tokens, '-inf', edge)
end
redis.call('ZREMRANGEBYSCORE', requests, '-inf', edge)
local count = redis.call('ZCARD', requests)
local is_first = count == 0 or sum == 0

local function count_tokens()
  if token_limit == 0 then
    return
  end
  sum = sum - own + amount
  if amount == 0 then
    redis.call('ZREM', tokens, response)
    redis.call('HDEL', amounts, response)
  else
    if own == 0 then
      redis.call('ZADD', tokens, exact(now), response)
    end
    redis.call('HSET', amounts, response, amount, 'sum', exact(sum))
    before = sum
  end
end

-- How long until the member at this place, the oldest first, has left the window.
local function leaves_in(times, place)
  local score = redis.call('ZRANGE', times, place, place, 'WITHSCORES')[2]
  return score and tonumber(score) + window - now or 0
end

local function wait_for_request()
  local excess = count + 1 - request_limit
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

local request_wait, token_wait, is_new = 0, 0, false
if action == 'settle' then
  count_tokens()
elseif own == 0 then
  request_wait, token_wait = wait_for_request(), wait_for_tokens()
  local fits = request_wait == 0 and token_wait == 0
  if fits and request_limit > 0 then
    is_new = redis.call('ZADD', requests, 'NX', exact(now), response) == 1
  else
    local is_known = redis.call('ZSCORE', requests, response)
    is_new = fits and not is_known
    if is_known then
      request_wait, token_wait = 0, 0
    end
  end
  if is_new then
    count = count + (request_limit > 0 and 1 or 0)
    count_tokens()
  end
end

if sum ~= before then
  redis.call('HSET', amounts, 'sum', exact(sum))
end
-- Longer than a window after each call, but not told by each.
local now_ms = now / 1000
if is_first or tonumber(found[3] or 0) < now_ms + window_ms then
  local keep_ms = 2 * window_ms + 1000
  redis.call('HSET', amounts, 'kept_until', exact(now_ms + keep_ms))
  for _, key in ipairs({ requests, tokens, amounts }) do
    redis.call('PEXPIRE', key, keep_ms)
  end
end
local is_refused = request_wait ~= 0 or token_wait ~= 0
local requests_leave_in = is_new and request_limit > 0 and window or leaves_in(requests, -1)
local tokens_leave_in = is_new and token_limit > 0 and amount > 0 and window or leaves_in(tokens, -1)
return {
  is_refused and 'refused' or 'counted', exact(now),
  exact(count), exact(requests_leave_in),
  exact(sum), exact(tokens_leave_in),
  exact(request_wait), exact(token_wait),
}
