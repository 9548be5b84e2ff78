--- Counts a response against its tenant's limits on requests and tokens, by this server's clock. What counts at any moment is
--- what was counted since one window ago: exactly, so no window sees more admitted than a limit, and none is refused that fits.
--- `reserve` counts a request and the tokens that it may take, or nothing where that would pass a limit. `settle` puts the true
--- tokens in their place, even beyond the limit; where there are none to replace (they left the window), they count from now.
--- Repeating a call changes nothing.
---
--- Answers seven numbers, as doubles of eight bytes with the lowest first: when (as all times here in microseconds); of requests
--- and then of tokens, how many count and how long until none of them does; and, where refused, how long until it would fit
--- requests, and tokens (-1: never), of which one is not 0. As many entries are kept as requests were admitted in a window;
--- without a limit on requests, as many as tokens were. Responses that outlast a window are kept beside them for another.
---
--- A response that is admitted while nothing has left the window needs three commands of Redis, and is answered before the rest of
--- this is even defined: what that costs would be as much again.
---@key counts         string   `state`, the sums over all entries; entries by their places, in the order of their times: when, how
---                             many requests (0 or 1), how many tokens, and the name; and their places by their names, which are
---                             the response's own, or `late:` and that for tokens that came without their request
---@arg action         string   `reserve` or `settle`
---@arg response       string
---@arg amount         integer  of tokens
---@arg request_limit  integer  at least 1, or 0: none
---@arg token_limit    integer  likewise
---@arg window_ms      integer
---@returns bytes
local late = 'late:' .. response
local found = redis.call('HMGET', counts, 'state', response, late)
-- Longer than 64 bytes, so that Redis keeps a table from the first entry on, and not a list that it would search through.
local layout = 'ddddddddd'
local first, next_place, requests, sum, oldest, latest, last_request, last_tokens, kept_until = 1, 1, 0, 0, 0, 0, 0, 0, 0
if found[1] then
  first, next_place, requests, sum, oldest, latest, last_request, last_tokens, kept_until = struct.unpack(layout, found[1])
end
local time = redis.call('TIME')
-- Entries are in the order of their times even where the clock was set back.
local now, window = math.max(time[1] * 1000000 + time[2], latest), window_ms * 1000
local edge = now - window
-- Longer than a window after each call, but not told by each.
local now_ms, keep_ms = now / 1000, 2 * window_ms + 1000
local is_brief = kept_until < now_ms + window_ms

local function answer(request_wait, token_wait)
  return struct.pack(
    'ddddddd',
    now,
    requests,
    requests > 0 and last_request + window - now or 0,
    sum,
    sum > 0 and last_tokens + window - now or 0,
    request_wait,
    token_wait
  )
end

if
  action == 'reserve'
  and not (is_brief or found[2] or found[3])
  and first < next_place
  and oldest > edge
  and (request_limit == 0 or requests < request_limit)
  and (token_limit == 0 or sum + amount <= token_limit)
then
  local request, tokens = request_limit > 0 and 1 or 0, token_limit > 0 and amount or 0
  latest, requests, sum = now, requests + request, sum + tokens
  last_request = request > 0 and now or last_request
  last_tokens = tokens > 0 and now or last_tokens
  redis.call(
    'HSET',
    counts,
    'state',
    struct.pack(layout, first, next_place + 1, requests, sum, oldest, latest, last_request, last_tokens, kept_until),
    next_place,
    struct.pack('ddd', now, request, tokens) .. response,
    response,
    next_place
  )
  return answer(0, 0)
end

local changes = {}

local function name_of(place)
  return string.format('%.0f', place)
end

local function entry_at(place)
  local entry = redis.call('HGET', counts, name_of(place))
  if entry then
    local at, request, tokens = struct.unpack('ddd', entry)
    return at, request, tokens, entry:sub(25)
  end
end

local function change(place, at, request, tokens, name)
  changes[1], changes[2] = name_of(place), struct.pack('ddd', at, request, tokens) .. name
end

local function append(name, request, tokens)
  oldest = first == next_place and now or oldest
  latest = now
  last_request = request > 0 and now or last_request
  last_tokens = tokens > 0 and now or last_tokens
  requests, sum = requests + request, sum + tokens
  change(next_place, now, request, tokens, name)
  changes[3], changes[4] = name, changes[1]
  next_place = next_place + 1
end

-- What left the window.
if first < next_place and latest <= edge then
  redis.call('UNLINK', counts)
  first, requests, sum, kept_until = next_place, 0, 0, 0
elseif first < next_place and oldest <= edge then
  repeat
    local at, request, tokens, name = entry_at(first)
    if at and at > edge then
      oldest = at
      break
    end
    if at then
      requests, sum = requests - request, sum - tokens
      redis.call('HDEL', counts, name_of(first), name)
    end
    first = first + 1
  until first == next_place
end

local function place_of(name)
  local place = tonumber(name or 0)
  return place >= first and place
end
local own_place, late_place = place_of(found[2]), place_of(found[3])

-- When the newest entry with tokens was counted, save for this one.
local function newest_tokens_but(own)
  for place = next_place - 1, first, -1 do
    local at, _, tokens = entry_at(place)
    if at and tokens > 0 and place ~= own then
      return at
    end
  end
  return 0
end

local function settle()
  local place = late_place or own_place
  local at, request, tokens, name
  if place then
    at, request, tokens, name = entry_at(place)
  end
  if not place or tokens == 0 then
    return amount > 0 and append(late, 0, amount)
  end
  sum = sum - tokens + amount
  if amount == 0 and at == last_tokens then
    last_tokens = sum > 0 and newest_tokens_but(place) or 0
  end
  if amount == 0 and request == 0 then
    redis.call('HDEL', counts, name_of(place), name)
  else
    change(place, at, request, amount, name)
  end
end

-- How long until so many requests, and so many tokens, have left the window.
local function wait_for(request_excess, token_excess)
  local request_wait, token_wait, place = 0, 0, first
  while place < next_place and (request_excess > 0 or token_excess > 0) do
    local at, request, tokens = entry_at(place)
    if at then
      request_wait = request_excess > 0 and at + window - now or request_wait
      token_wait = token_excess > 0 and at + window - now or token_wait
      request_excess, token_excess = request_excess - request, token_excess - tokens
    end
    place = place + 1
  end
  return request_wait, token_wait
end

local request_wait, token_wait = 0, 0
if action == 'settle' then
  if token_limit > 0 then
    settle()
  end
elseif not own_place and not late_place then
  local request_excess = request_limit > 0 and requests + 1 - request_limit or 0
  local token_excess = token_limit > 0 and sum + amount - token_limit or 0
  local never = token_excess > 0 and amount > token_limit
  if request_excess > 0 or token_excess > 0 then
    request_wait, token_wait = wait_for(request_excess, never and 0 or token_excess)
    token_wait = never and -1 or token_wait
  else
    append(response, request_limit > 0 and 1 or 0, token_limit > 0 and amount or 0)
  end
end

is_brief = kept_until < now_ms + window_ms
kept_until = is_brief and now_ms + keep_ms or kept_until
local state =
  struct.pack(layout, first, next_place, requests, sum, oldest, latest, last_request, last_tokens, kept_until)
if state ~= found[1] or #changes > 0 then
  redis.call('HSET', counts, 'state', state, unpack(changes))
end
if is_brief then
  redis.call('PEXPIRE', counts, keep_ms)
end
return answer(request_wait, token_wait)
