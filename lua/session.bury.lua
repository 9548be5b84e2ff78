--- Says that nothing is left of an ended session but its mark, which goes by itself. Repeating it changes nothing more.
--- `not_ended`: Redis has lost that it was ended.
---@key session       string   what is known of the session
---@arg tombstone_ms  integer  how long the mark stays
---@returns 'buried' | 'was_buried' | 'not_ended'
local state = redis.call('HGET', session, 'state')
if state and state ~= 'ended' then
  return 'not_ended'
end
if not state or redis.call('HSETNX', session, 'buried', 1) == 0 then
  return 'was_buried'
end
redis.call('PEXPIRE', session, tombstone_ms)
return 'buried'
