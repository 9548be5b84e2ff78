--- Appends to an utterance's audio and publishes what was appended, as `session.emit` does; numbers count from 1.
--- Repeating a writer's last append changes nothing. A payload that begins with byte 1 is the last.
---@key audio    string
---@arg channel  string
---@arg writer   string   who appends
---@arg write    integer  grows with each append of this writer
---@arg ttl_ms   integer
---@arg payload  bytes
---@returns 'appended' | 'already_final'
local last = redis.call('XREVRANGE', audio, '+', '-', 'COUNT', 1)[1]
if last then
  local last_payload, last_writer, last_write = last[2][4], last[2][6], last[2][8]
  if last_writer == writer and write <= tonumber(last_write) then
    return 'appended'
  end
  if last_payload:byte(1) == 1 then
    return 'already_final'
  end
end
local previous = redis.call('XLEN', audio)
local number = previous + 1
redis.call('XADD', audio, number .. '-0', 'previous', previous, 'payload', payload, 'writer', writer, 'write', write)
redis.call('SPUBLISH', channel, struct.pack('>dd', number, previous) .. payload)
redis.call('PEXPIRE', audio, ttl_ms)
return 'appended'
