--- The places of tenants in a lane, for scripts that say `---@uses places`. A job that is in the lane, waiting or being done, has
--- its tenant's place; a job for which there is none waits in the overflow. Whatever takes a job out of the lane gives its place
--- to the tenant's next. Within a tenant jobs come into the lane in the order in which they were first put there.
--- A script that uses this has the keys:
---   lane      the stream; an entry's fields are `job`, `deadline`, `origin` (its first entry, or when it came into the overflow;
---             empty: it is the first), `attempts` (how often it was begun before this entry) and `tenant`
---   places    how many jobs of each tenant are in the lane; a tenant with none is not in it
---   overflow  all that wait for a place, with one score; a member is the length of the tenant's name and the name (so that no
---             name is the beginning of another), when the job was first put on the lane, and what its entry will be
---   share     `jobs`: how many places a tenant may have, as `lane.beat` found last

local unknown_share = 16 -- no worker was ever there

local function all_of(tenant)
  local name = struct.pack('>I4', #tenant) .. tenant
  return '[' .. name, '(' .. name .. '\255', #name
end

-- How many more places the tenant may have.
local function room_of(tenant)
  return (redis.call('HGET', share, 'jobs') or unknown_share) - (redis.call('HGET', places, tenant) or 0)
end

local function take_place(tenant, job, deadline, origin, attempts)
  redis.call('XADD', lane, '*', 'job', job, 'deadline', deadline, 'origin', origin, 'attempts', attempts, 'tenant', tenant)
  redis.call('HINCRBY', places, tenant, 1)
end

-- Does not give it to the next.
local function leave_place(tenant)
  if redis.call('HINCRBY', places, tenant, -1) <= 0 then
    redis.call('HDEL', places, tenant)
  end
end

-- Gives a place to a job of the tenant, and answers whether there was one.
local function release_one(tenant)
  local from, to, length = all_of(tenant)
  local first = redis.call('ZRANGEBYLEX', overflow, from, to, 'LIMIT', 0, 1)[1]
  if not first then
    return false
  end
  redis.call('ZREM', overflow, first)
  take_place(tenant, unpack(cmsgpack.unpack(first:sub(length + 17))))
  return true
end

-- As many as there is room for: mostly one has left.
local function release(tenant)
  if redis.call('EXISTS', overflow) == 1 then
    local room = room_of(tenant)
    while room > 0 and release_one(tenant) do
      room = room - 1
    end
  end
end

-- One of each tenant, then the next of each, so that who has many does not come before who has few.
local function release_all()
  local tenants = {}
  local first = redis.call('ZRANGEBYLEX', overflow, '-', '+', 'LIMIT', 0, 1)[1]
  while first do
    local tenant = first:sub(5, 4 + struct.unpack('>I4', first))
    tenants[#tenants + 1] = tenant
    local _, to = all_of(tenant)
    first = redis.call('ZRANGEBYLEX', overflow, '[' .. to:sub(2), '+', 'LIMIT', 0, 1)[1]
  end
  repeat
    local is_released = false
    for _, tenant in ipairs(tenants) do
      is_released = room_of(tenant) > 0 and release_one(tenant) or is_released
    end
  until not is_released
end

-- Puts a job on the lane, behind those of its tenant that were there before it. `first_at` is in microseconds.
local function admit(tenant, first_at, job, deadline, origin, attempts)
  local from, to, length = all_of(tenant)
  if room_of(tenant) > 0 and (redis.call('EXISTS', overflow) == 0 or redis.call('ZLEXCOUNT', overflow, from, to) == 0) then
    return take_place(tenant, job, deadline, origin, attempts)
  end
  if origin == '' then
    origin = string.format('%.3f', first_at / 1000) -- with a point: no entry is named so
  end
  local entry = cmsgpack.pack({ job, deadline, origin, attempts })
  redis.call('ZADD', overflow, 0, from:sub(2) .. string.format('%016.0f', first_at) .. entry)
  release(tenant)
end

-- When the job of an entry was first put on the lane, in microseconds.
local function first_at_of(origin)
  return tonumber(origin:match('^[%d.]+')) * 1000
end

-- Of an entry: its job, its deadline, where the job began, how often it was begun before, and its tenant.
local function values_of(entry)
  local values = entry[2]
  local origin = values[6] or ''
  return values[2], values[4] or 0, origin == '' and entry[1] or origin, values[8] or 0, values[10] or ''
end
