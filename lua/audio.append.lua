--- Appends to an utterance's audio what it does not have yet, if the session's holder does, and publishes it as `session.emit`
--- does. An entry's number is where it ends, in samples (one more for the last), and `previous` is where it begins; its payload
--- is byte 1 for the last and 0 for others, then the samples. A piece at 0 by another holder than before begins anew.
--- `appended_after_gap`: what comes before this piece is not there.
---@key session  string   what is known of the session
---@key held     string   the names of the session's keys
---@key audio    string
---@arg channel  string
---@arg token    integer  the holder's
---@arg at       integer  where the piece begins, in samples
---@arg final    integer  1 if nothing comes after it
---@arg ttl_ms   integer
---@arg pcm      bytes
---@returns 'appended' | 'appended_after_gap' | 'already_final' | 'lost'
local holder = redis.call('HMGET', session, 'state', 'token')
if holder[1] == 'ended' or tonumber(holder[2] or 0) > token then
  return 'lost'
end
local stop = 0
local last = redis.call('XREVRANGE', audio, '+', '-', 'COUNT', 1)[1]
if last and at == 0 and #pcm > 0 and tonumber(last[2][6]) < token then
  redis.call('UNLINK', audio)
  last = nil
end
local ends = at + #pcm / 2
if last then
  local is_final = last[2][4]:byte(1) == 1
  stop = tonumber(last[1]:match('^%d+')) - (is_final and 1 or 0)
  if is_final then
    return ends <= stop and 'appended' or 'already_final'
  end
else
  redis.call('SADD', held, audio)
end
if at < stop then
  pcm = pcm:sub((stop - at) * 2 + 1)
  at = stop
end
if #pcm == 0 and final == 0 then
  return 'appended'
end
local number = at + #pcm / 2 + final
local payload = string.char(final) .. pcm
redis.call('XADD', audio, string.format('%.0f-0', number), 'previous', at, 'payload', payload, 'token', token)
redis.call('SPUBLISH', channel, struct.pack('>dd', number, at) .. payload)
redis.call('PEXPIRE', audio, ttl_ms)
if redis.call('PTTL', held) < ttl_ms / 2 then
  redis.call('PEXPIRE', held, ttl_ms)
end
return at > stop and 'appended_after_gap' or 'appended'
