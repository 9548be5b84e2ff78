// Generated from lua/*.lua by scripts/generate-lua.ts. Do not edit.
import { z } from 'zod'
import { bytes, text } from './reply.ts'
import { type Script, defineScript } from './script.ts'

/**
 * Appends to an utterance's audio and publishes what was appended, as `session.emit` does; numbers count from 1.
 * Repeating a writer's last append changes nothing. A payload that begins with byte 1 is the last.
 */
export const audioAppend: Script<
  { audio: string },
  { channel: string; writer: string; write: number; ttl_ms: number; payload: Buffer },
  'appended' | 'already_final'
> = defineScript({
  name: 'audio.append',
  sha1: '9ddc8dda99f743041e306f64991c1fc3eab428d4',
  source: [
    'local audio = KEYS[1] local channel = ARGV[1] local writer = ARGV[2] local write = tonumber(ARGV[3]) local ttl_ms = tonumber(ARGV[4]) local payload = ARGV[5]',
    "local last = redis.call('XREVRANGE', audio, '+', '-', 'COUNT', 1)[1]",
    'if last then',
    '  local last_payload, last_writer, last_write = last[2][4], last[2][6], last[2][8]',
    '  if last_writer == writer and write <= tonumber(last_write) then',
    "    return 'appended'",
    '  end',
    '  if last_payload:byte(1) == 1 then',
    "    return 'already_final'",
    '  end',
    'end',
    "local previous = redis.call('XLEN', audio)",
    'local number = previous + 1',
    "redis.call('XADD', audio, number .. '-0', 'previous', previous, 'payload', payload, 'writer', writer, 'write', write)",
    "redis.call('SPUBLISH', channel, struct.pack('>dd', number, previous) .. payload)",
    "redis.call('PEXPIRE', audio, ttl_ms)",
    "return 'appended'",
    '',
  ].join('\n'),
  keys: ['audio'],
  args: ['channel', 'writer', 'write', 'ttl_ms', 'payload'],
  reply: text.pipe(z.enum(['appended', 'already_final'])),
})

/**
 * Keeps items of a conversation; an item that is there is replaced.
 */
export const itemsSave: Script<{ items: string }, { ttl_ms: number; fields: readonly (string | Buffer)[] }, 'saved'> =
  defineScript({
    name: 'items.save',
    sha1: 'e2753bc120701b07525968f64bc7d43dadcaed2e',
    source: [
      'local items = KEYS[1] local ttl_ms = tonumber(ARGV[1]) local fields = {} for i = 2, #ARGV do fields[#fields + 1] = ARGV[i] end',
      'for i = 1, #fields, 2 do',
      "  redis.call('HSET', items, fields[i], fields[i + 1])",
      'end',
      "redis.call('PEXPIRE', items, ttl_ms)",
      "return 'saved'",
      '',
    ].join('\n'),
    keys: ['items'],
    args: ['ttl_ms', 'fields'],
    reply: text.pipe(z.enum(['saved'])),
  })

/**
 * Registers an attempt at a job as its owner, unless there is nothing to do. Repeating it changes nothing.
 * `duplicate`: the job is on the lane twice, and another entry owns it.
 */
export const jobBegin: Script<
  { work: string; cancelled: string },
  { entry: string; attempt: number; ttl_ms: number },
  'run' | 'run_after_output' | 'cancelled' | 'done' | 'duplicate' | 'superseded'
> = defineScript({
  name: 'job.begin',
  sha1: '07eda8aebe32fb565f8c9850071408437fcdecba',
  source: [
    'local work = KEYS[1] local cancelled = KEYS[2] local entry = ARGV[1] local attempt = tonumber(ARGV[2]) local ttl_ms = tonumber(ARGV[3])',
    "local owner = redis.call('HMGET', work, 'entry', 'attempt', 'emits', 'emitted', 'done')",
    'if owner[1] and owner[1] ~= entry then',
    "  return 'duplicate'",
    'end',
    'if owner[5] then',
    "  return 'done'",
    'end',
    'local owner_attempt = tonumber(owner[2] or 0)',
    'if owner_attempt > attempt then',
    "  return 'superseded'",
    'end',
    "if redis.call('EXISTS', cancelled) == 1 then",
    "  return 'cancelled'",
    'end',
    'if owner_attempt < attempt then',
    "  redis.call('HSET', work, 'entry', entry, 'attempt', attempt, 'emits', 0)",
    'end',
    "redis.call('PEXPIRE', work, ttl_ms)",
    "return owner[4] and 'run_after_output' or 'run'",
    '',
  ].join('\n'),
  keys: ['work', 'cancelled'],
  args: ['entry', 'attempt', 'ttl_ms'],
  reply: text.pipe(z.enum(['run', 'run_after_output', 'cancelled', 'done', 'duplicate', 'superseded'])),
})

/**
 * Takes a finished entry out of its lane, if this consumer still holds it in this attempt.
 */
export const laneAck: Script<
  { lane: string },
  { group: string; consumer: string; entry: string; attempt: number },
  'acked' | 'not_holder'
> = defineScript({
  name: 'lane.ack',
  sha1: '449b968a6f79f81cb257b3b1e52689de6f4488e2',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local consumer = ARGV[2] local entry = ARGV[3] local attempt = tonumber(ARGV[4])',
    "local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]",
    'if not pending or pending[2] ~= consumer or pending[4] ~= attempt then',
    "  return 'not_holder'",
    'end',
    "redis.call('XACK', lane, group, entry)",
    "redis.call('XDEL', lane, entry)",
    "return 'acked'",
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'consumer', 'entry', 'attempt'],
  reply: text.pipe(z.enum(['acked', 'not_holder'])),
})

/**
 * Takes entries over from consumers that gave no sign of life. Answers the next cursor, then id, attempt and job of each.
 */
export const laneClaim: Script<
  { lane: string },
  { group: string; consumer: string; min_idle_ms: number; cursor: string; count: number },
  Buffer[]
> = defineScript({
  name: 'lane.claim',
  sha1: '99bd2c052ee8cdad21354db104101cae6a430766',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local consumer = ARGV[2] local min_idle_ms = tonumber(ARGV[3]) local cursor = ARGV[4] local count = tonumber(ARGV[5])',
    "local claimed = redis.call('XAUTOCLAIM', lane, group, consumer, min_idle_ms, cursor, 'COUNT', count)",
    'local reply = { claimed[1] }',
    'for _, entry in ipairs(claimed[2]) do',
    "  local pending = redis.call('XPENDING', lane, group, entry[1], entry[1], 1)[1]",
    '  reply[#reply + 1] = entry[1]',
    '  reply[#reply + 1] = tostring(pending[4])',
    '  reply[#reply + 1] = entry[2][2]',
    'end',
    'return reply',
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'consumer', 'min_idle_ms', 'cursor', 'count'],
  reply: z.array(bytes),
})

/**
 * Puts a job on a lane. The group is made with the lane, from its beginning, so that a lane without workers shows its lag.
 */
export const laneEnqueue: Script<{ lane: string }, { group: string; payload: Buffer }, 'queued'> = defineScript({
  name: 'lane.enqueue',
  sha1: 'd5184f02b8eee36cd127d1b6e26bfe5e651930b2',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local payload = ARGV[2]',
    "if redis.call('EXISTS', lane) == 0 then",
    "  redis.call('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM')",
    'end',
    "redis.call('XADD', lane, '*', 'job', payload)",
    "return 'queued'",
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'payload'],
  reply: text.pipe(z.enum(['queued'])),
})

/**
 * Shows life for entries that this consumer still holds in the given attempt. Answers the ids of those that it holds no more.
 */
export const laneExtend: Script<
  { lane: string },
  { group: string; consumer: string; holding: readonly string[] },
  string[]
> = defineScript({
  name: 'lane.extend',
  sha1: '655bdbc2e855e5f0edd8fd6a075c315d020bf94c',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local consumer = ARGV[2] local holding = {} for i = 3, #ARGV do holding[#holding + 1] = ARGV[i] end',
    'local lost = {}',
    'for i = 1, #holding, 2 do',
    '  local id = holding[i]',
    "  local pending = redis.call('XPENDING', lane, group, id, id, 1)[1]",
    '  if pending and pending[2] == consumer and pending[4] == tonumber(holding[i + 1]) then',
    "    redis.call('XCLAIM', lane, group, consumer, 0, id, 'JUSTID')",
    '  else',
    '    lost[#lost + 1] = id',
    '  end',
    'end',
    'return lost',
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'consumer', 'holding'],
  reply: z.array(text),
})

/**
 * Makes the lane and its group if they are missing, and forgets consumers that hold nothing and were not seen for long.
 */
export const laneJoin: Script<{ lane: string }, { group: string; forget_idle_ms: number }, 'joined'> = defineScript({
  name: 'lane.join',
  sha1: '468fdf7ad9c33bb24ca1bf2d7f5f03f2e8259488',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local forget_idle_ms = tonumber(ARGV[2])',
    "redis.pcall('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM') -- BUSYGROUP says that it is there",
    "for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', lane, group)) do",
    '  -- name, <name>, pending, <count>, idle, <ms>',
    '  if consumer[4] == 0 and consumer[6] > forget_idle_ms then',
    "    redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer[2])",
    '  end',
    'end',
    "return 'joined'",
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'forget_idle_ms'],
  reply: text.pipe(z.enum(['joined'])),
})

/**
 * Lets others claim at once what this consumer holds, except the entries it keeps. A consumer that holds nothing is forgotten.
 */
export const laneLeave: Script<
  { lane: string },
  { group: string; consumer: string; kept: readonly string[] },
  'left' | 'still_holding'
> = defineScript({
  name: 'lane.leave',
  sha1: '2284d49d4714398703567a9b092fdb8730d3ec30',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local consumer = ARGV[2] local kept = {} for i = 3, #ARGV do kept[#kept + 1] = ARGV[i] end',
    'local long_idle_ms = 86400000',
    'local is_kept = {}',
    'for _, id in ipairs(kept) do',
    '  is_kept[id] = true',
    'end',
    "local held = redis.call('XPENDING', lane, group, '-', '+', 10000, consumer)",
    'for _, pending in ipairs(held) do',
    '  if not is_kept[pending[1]] then',
    "    redis.call('XCLAIM', lane, group, consumer, 0, pending[1], 'IDLE', long_idle_ms, 'JUSTID')",
    '  end',
    'end',
    'if #held > 0 then',
    "  return 'still_holding'",
    'end',
    "redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer)",
    "return 'left'",
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'consumer', 'kept'],
  reply: text.pipe(z.enum(['left', 'still_holding'])),
})

/**
 * Counts a response against its tenant's limits on requests and tokens, by this server's clock. What counts at any moment is
 * what was counted since one window ago: exactly, so no window sees more admitted than a limit, and none is refused that fits.
 * `reserve` counts a request and the tokens that it may take, or nothing where that would pass a limit. `settle` puts the true
 * tokens in their place, even beyond the limit; where there are none to replace (they left the window), they count from now.
 * Repeating a call changes nothing.
 *
 * Answers whether it is counted ('refused' or 'counted') and when (as all times here in microseconds); of requests and then of
 * tokens, how many count and how long until none of them does; and, where refused, how long until it would fit requests, and
 * tokens (-1: never). As many members are kept as requests were admitted in a window; without a limit on requests, as many as
 * tokens were. Responses that outlast a window are kept beside them for another.
 */
export const limiterCount: Script<
  { requests: string; tokens: string; amounts: string },
  { action: string; response: string; amount: number; request_limit: number; token_limit: number; window_ms: number },
  string[]
> = defineScript({
  name: 'limiter.count',
  sha1: '8478964c32ef4987593ae63551ff4b35aa060b73',
  source: [
    'local requests = KEYS[1] local tokens = KEYS[2] local amounts = KEYS[3] local action = ARGV[1] local response = ARGV[2] local amount = tonumber(ARGV[3]) local request_limit = tonumber(ARGV[4]) local token_limit = tonumber(ARGV[5]) local window_ms = tonumber(ARGV[6])',
    "local time = redis.call('TIME')",
    'local now, window = time[1] * 1000000 + time[2], window_ms * 1000',
    'local function exact(number)',
    "  return string.format('%.0f', number)",
    'end',
    '',
    'local edge = exact(now - window)',
    "local sum = tonumber(redis.call('HGET', amounts, 'sum') or 0)",
    "for _, old in ipairs(redis.call('ZRANGEBYSCORE', tokens, '-inf', edge)) do",
    "  sum = sum - (redis.call('HGET', amounts, old) or 0)",
    "  redis.call('HDEL', amounts, old)",
    'end',
    "redis.call('ZREMRANGEBYSCORE', tokens, '-inf', edge)",
    "redis.call('ZREMRANGEBYSCORE', requests, '-inf', edge)",
    '',
    'local function count_tokens()',
    '  if token_limit == 0 then',
    '    return',
    '  end',
    "  sum = sum - (redis.call('HGET', amounts, response) or 0) + amount",
    '  if amount == 0 then',
    "    redis.call('ZREM', tokens, response)",
    "    redis.call('HDEL', amounts, response)",
    '  else',
    "    redis.call('ZADD', tokens, 'NX', exact(now), response)",
    "    redis.call('HSET', amounts, response, amount)",
    '  end',
    'end',
    '',
    '-- How long until the member at this place, the oldest first, has left the window.',
    'local function leaves_in(times, place)',
    "  local score = redis.call('ZRANGE', times, place, place, 'WITHSCORES')[2]",
    '  return score and tonumber(score) + window - now or 0',
    'end',
    '',
    'local function wait_for_request()',
    "  local excess = redis.call('ZCARD', requests) + 1 - request_limit",
    '  return request_limit > 0 and excess > 0 and leaves_in(requests, excess - 1) or 0',
    'end',
    '',
    'local function wait_for_tokens()',
    '  local excess = sum + amount - token_limit',
    '  if token_limit == 0 or excess <= 0 then',
    '    return 0',
    '  end',
    '  if amount > token_limit then',
    '    return -1',
    '  end',
    '  local place = -1',
    '  while excess > 0 do',
    '    place = place + 1',
    "    excess = excess - redis.call('HGET', amounts, redis.call('ZRANGE', tokens, place, place)[1])",
    '  end',
    '  return leaves_in(tokens, place)',
    'end',
    '',
    'local request_wait, token_wait = 0, 0',
    "local is_known = redis.call('ZSCORE', requests, response) or redis.call('ZSCORE', tokens, response)",
    "if action == 'settle' then",
    '  count_tokens()',
    'elseif not is_known then',
    '  request_wait, token_wait = wait_for_request(), wait_for_tokens()',
    '  if request_wait == 0 and token_wait == 0 then',
    '    if request_limit > 0 then',
    "      redis.call('ZADD', requests, exact(now), response)",
    '    end',
    '    count_tokens()',
    '  end',
    'end',
    '',
    "redis.call('HSET', amounts, 'sum', exact(sum))",
    'for _, key in ipairs({ requests, tokens, amounts }) do',
    "  redis.call('PEXPIRE', key, window_ms + 1000)",
    'end',
    'local is_refused = request_wait ~= 0 or token_wait ~= 0',
    'return {',
    "  is_refused and 'refused' or 'counted', exact(now),",
    "  exact(redis.call('ZCARD', requests)), exact(leaves_in(requests, -1)),",
    '  exact(sum), exact(leaves_in(tokens, -1)),',
    '  exact(request_wait), exact(token_wait),',
    '}',
    '',
  ].join('\n'),
  keys: ['requests', 'tokens', 'amounts'],
  args: ['action', 'response', 'amount', 'request_limit', 'token_limit', 'window_ms'],
  reply: z.array(text),
})

/**
 * Keeps what a client secret opens, until it expires.
 */
export const secretKeep: Script<{ secret: string }, { ttl_ms: number; grant: Buffer }, 'kept'> = defineScript({
  name: 'secret.keep',
  sha1: '8917861a55956dc7c09418542bbb8da81c8c6bb2',
  source: [
    'local secret = KEYS[1] local ttl_ms = tonumber(ARGV[1]) local grant = ARGV[2]',
    "redis.call('HSET', secret, 'grant', grant)",
    "redis.call('PEXPIRE', secret, ttl_ms)",
    "return 'kept'",
    '',
  ].join('\n'),
  keys: ['secret'],
  args: ['ttl_ms', 'grant'],
  reply: text.pipe(z.enum(['kept'])),
})

/**
 * Uses up a secret that works once: of several users one wins, and for all others it is as if it had never been.
 * Repeating the winner's call changes nothing.
 */
export const secretRedeem: Script<{ secret: string }, { user: string }, 'redeemed' | 'gone'> = defineScript({
  name: 'secret.redeem',
  sha1: '982a3c8a8402a5daaf33f31378a204ca77cdf28a',
  source: [
    'local secret = KEYS[1] local user = ARGV[1]',
    "if redis.call('HGET', secret, 'user') == user then",
    "  return 'redeemed'",
    'end',
    "if redis.call('HEXISTS', secret, 'grant') == 0 then",
    "  return 'gone'",
    'end',
    "redis.call('HSET', secret, 'user', user)",
    "redis.call('HDEL', secret, 'grant')",
    "return 'redeemed'",
    '',
  ].join('\n'),
  keys: ['secret'],
  args: ['user'],
  reply: text.pipe(z.enum(['redeemed', 'gone'])),
})

/**
 * Marks a subject (an item's transcription or a response) as cancelled and tells the workers that are busy with it.
 */
export const sessionCancel: Script<
  { cancelled: string },
  { channel: string; subject: string; ttl_ms: number },
  'cancelled'
> = defineScript({
  name: 'session.cancel',
  sha1: '304cda6ba8901d8093f9820091ec9befed89aff3',
  source: [
    'local cancelled = KEYS[1] local channel = ARGV[1] local subject = ARGV[2] local ttl_ms = tonumber(ARGV[3])',
    "redis.call('SET', cancelled, 1, 'PX', ttl_ms)",
    "redis.call('SPUBLISH', channel, subject)",
    "return 'cancelled'",
    '',
  ].join('\n'),
  keys: ['cancelled'],
  args: ['channel', 'subject', 'ttl_ms'],
  reply: text.pipe(z.enum(['cancelled'])),
})

/**
 * Appends a job's results to the session log and publishes each, unless the subject is cancelled or the job has another owner.
 * Repeating an emit (its number is known) changes nothing.
 *
 * A result's number is the time in milliseconds, or one more than its predecessor's if that is later: numbers grow even over
 * a loss of data. Each result names its predecessor, so a reader sees a gap. A message is both numbers (big-endian
 * doubles), then the payload. The newest result is never trimmed.
 */
export const sessionEmit: Script<
  { work: string; cancelled: string; log: string; head: string },
  {
    channel: string
    entry: string
    attempt: number
    emit: number
    ends_job: number
    max_bytes: number
    max_age_ms: number
    ttl_ms: number
    payloads: readonly (string | Buffer)[]
  },
  'emitted' | 'cancelled' | 'superseded'
> = defineScript({
  name: 'session.emit',
  sha1: 'cd88972a9c2b57e88ab6542fe7f652026d5a7668',
  source: [
    'local work = KEYS[1] local cancelled = KEYS[2] local log = KEYS[3] local head = KEYS[4] local channel = ARGV[1] local entry = ARGV[2] local attempt = tonumber(ARGV[3]) local emit = tonumber(ARGV[4]) local ends_job = tonumber(ARGV[5]) local max_bytes = tonumber(ARGV[6]) local max_age_ms = tonumber(ARGV[7]) local ttl_ms = tonumber(ARGV[8]) local payloads = {} for i = 9, #ARGV do payloads[#payloads + 1] = ARGV[i] end',
    "if redis.call('EXISTS', cancelled) == 1 then",
    "  return 'cancelled'",
    'end',
    "local owner = redis.call('HMGET', work, 'entry', 'attempt', 'emits')",
    'if owner[1] ~= entry or tonumber(owner[2]) ~= attempt then',
    "  return 'superseded'",
    'end',
    'if emit <= tonumber(owner[3]) then',
    "  return 'emitted'",
    'end',
    '',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local last = redis.call('HMGET', head, 'number', 'bytes', 'cut_bytes')",
    'local number, bytes, cut_bytes = tonumber(last[1] or 0), tonumber(last[2] or 0), tonumber(last[3] or 0)',
    'for _, payload in ipairs(payloads) do',
    '  local previous = number',
    '  number = math.max(previous + 1, now_ms)',
    '  bytes = bytes + #payload',
    "  redis.call('XADD', log, string.format('%.0f-0', number), 'previous', previous, 'payload', payload, 'bytes', bytes)",
    "  redis.call('SPUBLISH', channel, struct.pack('>dd', number, previous) .. payload)",
    'end',
    '',
    "redis.call('XTRIM', log, 'MINID', string.format('%.0f', math.min(now_ms - max_age_ms, number)))",
    'while bytes - cut_bytes > max_bytes do',
    "  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]",
    '  local end_bytes = tonumber(oldest[2][6])',
    '  cut_bytes = end_bytes - #oldest[2][4]',
    '  if end_bytes == bytes or bytes - cut_bytes <= max_bytes then',
    '    break',
    '  end',
    "  redis.call('XDEL', log, oldest[1])",
    '  cut_bytes = end_bytes',
    'end',
    '',
    "redis.call('HSET', head, 'number', number, 'bytes', bytes, 'cut_bytes', cut_bytes)",
    "redis.call('HSET', work, 'emits', emit, 'emitted', 1)",
    'if ends_job == 1 then',
    "  redis.call('HSET', work, 'done', 1)",
    'end',
    "redis.call('PEXPIRE', log, ttl_ms)",
    "redis.call('PEXPIRE', head, ttl_ms)",
    "redis.call('PEXPIRE', work, ttl_ms)",
    "return 'emitted'",
    '',
  ].join('\n'),
  keys: ['work', 'cancelled', 'log', 'head'],
  args: ['channel', 'entry', 'attempt', 'emit', 'ends_job', 'max_bytes', 'max_age_ms', 'ttl_ms', 'payloads'],
  reply: text.pipe(z.enum(['emitted', 'cancelled', 'superseded'])),
})
