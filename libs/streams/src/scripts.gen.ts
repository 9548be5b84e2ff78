// Generated from lua/*.lua by scripts/generate-lua.ts. Do not edit.
import { z } from 'zod'
import { bytes, text } from './reply.ts'
import { type Script, defineScript } from './script.ts'

/**
 * Appends to an utterance's audio what it does not have yet, if the session's holder does, and publishes it as `session.emit`
 * does. An entry's number is where it ends, in samples (one more for the last), and `previous` is where it begins; its payload
 * is byte 1 for the last and 0 for others, then the samples. A piece at 0 by another holder than before begins anew.
 * `appended_after_gap`: what comes before this piece is not there.
 */
export const audioAppend: Script<
  { session: string; held: string; audio: string },
  { channel: string; token: number; at: number; final: number; ttl_ms: number; pcm: Buffer },
  'appended' | 'appended_after_gap' | 'already_final' | 'lost'
> = defineScript({
  name: 'audio.append',
  sha1: '87b5f3e926ab604aae493fe3d6924fef0f37d2ed',
  source: [
    'local session = KEYS[1] local held = KEYS[2] local audio = KEYS[3] local channel = ARGV[1] local token = tonumber(ARGV[2]) local at = tonumber(ARGV[3]) local final = tonumber(ARGV[4]) local ttl_ms = tonumber(ARGV[5]) local pcm = ARGV[6]',
    "local holder = redis.call('HMGET', session, 'state', 'token')",
    "if holder[1] == 'ended' or tonumber(holder[2] or 0) > token then",
    "  return 'lost'",
    'end',
    'local stop = 0',
    "local last = redis.call('XREVRANGE', audio, '+', '-', 'COUNT', 1)[1]",
    'if last and at == 0 and #pcm > 0 and tonumber(last[2][6]) < token then',
    "  redis.call('UNLINK', audio)",
    '  last = nil',
    'end',
    'local ends = at + #pcm / 2',
    'if last then',
    '  local is_final = last[2][4]:byte(1) == 1',
    "  stop = tonumber(last[1]:match('^%d+')) - (is_final and 1 or 0)",
    '  if is_final then',
    "    return ends <= stop and 'appended' or 'already_final'",
    '  end',
    'else',
    "  redis.call('SADD', held, audio)",
    'end',
    'if at < stop then',
    '  pcm = pcm:sub((stop - at) * 2 + 1)',
    '  at = stop',
    'end',
    'if #pcm == 0 and final == 0 then',
    "  return 'appended'",
    'end',
    'local number = at + #pcm / 2 + final',
    'local payload = string.char(final) .. pcm',
    "redis.call('XADD', audio, string.format('%.0f-0', number), 'previous', at, 'payload', payload, 'token', token)",
    "redis.call('SPUBLISH', channel, struct.pack('>dd', number, at) .. payload)",
    "redis.call('PEXPIRE', audio, ttl_ms)",
    "if redis.call('PTTL', held) < ttl_ms / 2 then",
    "  redis.call('PEXPIRE', held, ttl_ms)",
    'end',
    "return at > stop and 'appended_after_gap' or 'appended'",
    '',
  ].join('\n'),
  keys: ['session', 'held', 'audio'],
  args: ['channel', 'token', 'at', 'final', 'ttl_ms', 'pcm'],
  reply: text.pipe(z.enum(['appended', 'appended_after_gap', 'already_final', 'lost'])),
})

/**
 * Frees the audio of an item, as it was heard and as it was spoken.
 */
export const audioFree: Script<{ held: string; audio: string; spoken: string }, {}, 'freed'> = defineScript({
  name: 'audio.free',
  sha1: 'f3edde942dda7d5378f55d95c00054fa68c2e35e',
  source: [
    'local held = KEYS[1] local audio = KEYS[2] local spoken = KEYS[3]',
    "redis.call('UNLINK', audio, spoken)",
    "redis.call('SREM', held, audio, spoken)",
    "return 'freed'",
    '',
  ].join('\n'),
  keys: ['held', 'audio', 'spoken'],
  args: [],
  reply: text.pipe(z.enum(['freed'])),
})

/**
 * Registers an attempt at a job as its owner, unless there is nothing to do. Repeating it changes nothing. Of two runs of one
 * attempt (a lane that lost data delivers again what it had delivered) the later is the owner.
 * Answers 'run', 'run_after_output', 'cancelled', 'done', 'duplicate' (the job is on the lane twice, and another entry owns it)
 * or 'superseded'; and how many milliseconds are left until the deadline, by this server's clock.
 * All jobs of a session that has ended are cancelled.
 */
export const jobBegin: Script<
  { session: string; held: string; work: string; cancelled: string },
  { entry: string; attempt: number; run: string; deadline: number; ttl_ms: number },
  string[]
> = defineScript({
  name: 'job.begin',
  sha1: 'e0c0347dd5cd434515c0f934b0460861af4921f7',
  source: [
    'local session = KEYS[1] local held = KEYS[2] local work = KEYS[3] local cancelled = KEYS[4] local entry = ARGV[1] local attempt = tonumber(ARGV[2]) local run = ARGV[3] local deadline = tonumber(ARGV[4]) local ttl_ms = tonumber(ARGV[5])',
    "local time = redis.call('TIME')",
    "local left_ms = string.format('%.0f', deadline - time[1] * 1000 - math.floor(time[2] / 1000))",
    "if redis.call('HGET', session, 'state') == 'ended' then",
    "  return { 'cancelled', left_ms }",
    'end',
    "local owner = redis.call('HMGET', work, 'entry', 'attempt', 'run', 'emitted', 'done')",
    'if owner[1] and owner[1] ~= entry then',
    "  return { 'duplicate', left_ms }",
    'end',
    'if owner[5] then',
    "  return { 'done', left_ms }",
    'end',
    'if tonumber(owner[2] or 0) > attempt then',
    "  return { 'superseded', left_ms }",
    'end',
    "if redis.call('EXISTS', cancelled) == 1 then",
    "  return { 'cancelled', left_ms }",
    'end',
    'if owner[3] ~= run then',
    "  redis.call('HSET', work, 'entry', entry, 'attempt', attempt, 'run', run, 'emits', 0)",
    "  redis.call('SADD', held, work)",
    "  redis.call('PEXPIRE', held, ttl_ms)",
    'end',
    "redis.call('PEXPIRE', work, ttl_ms)",
    "return { owner[4] and 'run_after_output' or 'run', left_ms }",
    '',
  ].join('\n'),
  keys: ['session', 'held', 'work', 'cancelled'],
  args: ['entry', 'attempt', 'run', 'deadline', 'ttl_ms'],
  reply: z.array(text),
})

/**
 * Takes a finished entry out of its lane, if this consumer still holds it in this delivery, and counts it for the lane's pace.
 */
export const laneAck: Script<
  { lane: string; pace: string },
  { group: string; consumer: string; entry: string; delivery: number },
  'acked' | 'not_holder'
> = defineScript({
  name: 'lane.ack',
  sha1: '8737471a2fa83d48e0ac905f825fef69684bba20',
  source: [
    'local lane = KEYS[1] local pace = KEYS[2] local group = ARGV[1] local consumer = ARGV[2] local entry = ARGV[3] local delivery = tonumber(ARGV[4])',
    "local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]",
    'if not pending or pending[2] ~= consumer or pending[4] ~= delivery then',
    "  return 'not_holder'",
    'end',
    "redis.call('XACK', lane, group, entry)",
    "redis.call('XDEL', lane, entry)",
    '',
    "local slot = math.floor(redis.call('TIME')[1] / 10)",
    "local known = redis.call('HMGET', pace, 'slot', 'count')",
    'if tonumber(known[1]) == slot then',
    "  redis.call('HINCRBY', pace, 'count', 1)",
    'else',
    '  local before = tonumber(known[1]) == slot - 1 and known[2] or 0',
    "  redis.call('HSET', pace, 'slot', slot, 'count', 1, 'before', before)",
    "  redis.call('PEXPIRE', pace, 60000)",
    'end',
    "return 'acked'",
    '',
  ].join('\n'),
  keys: ['lane', 'pace'],
  args: ['group', 'consumer', 'entry', 'delivery'],
  reply: text.pipe(z.enum(['acked', 'not_holder'])),
})

/**
 * Shows a consumer's life: in the list of those who take jobs from the lane, and for the entries that it still holds in the
 * given delivery. Answers the ids of those that it holds no more.
 */
export const laneBeat: Script<
  { lane: string; workers: string },
  { group: string; consumer: string; takes_jobs: number; holding: readonly string[] },
  string[]
> = defineScript({
  name: 'lane.beat',
  sha1: 'ea5733a232bbc690771b8205f629550111bd2ddc',
  source: [
    'local lane = KEYS[1] local workers = KEYS[2] local group = ARGV[1] local consumer = ARGV[2] local takes_jobs = tonumber(ARGV[3]) local holding = {} for i = 4, #ARGV do holding[#holding + 1] = ARGV[i] end',
    'local gone_after_ms = 60000',
    'if takes_jobs == 1 then',
    "  local time = redis.call('TIME')",
    '  local now = time[1] * 1000 + math.floor(time[2] / 1000)',
    "  redis.call('ZADD', workers, string.format('%.0f', now), consumer)",
    "  redis.call('ZREMRANGEBYSCORE', workers, '-inf', string.format('%.0f', now - gone_after_ms))",
    "  redis.call('PEXPIRE', workers, gone_after_ms)",
    'end',
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
  keys: ['lane', 'workers'],
  args: ['group', 'consumer', 'takes_jobs', 'holding'],
  reply: z.array(text),
})

/**
 * Takes an entry out of its lane for good and keeps a dead letter of its job, if this consumer still holds it in this delivery.
 * The oldest letters go when there are too many, or when they are too old.
 */
export const laneBury: Script<
  { lane: string; dead: string },
  {
    group: string
    consumer: string
    entry: string
    delivery: number
    letter: Buffer
    max_letters: number
    max_age_ms: number
  },
  'buried' | 'not_holder'
> = defineScript({
  name: 'lane.bury',
  sha1: '65b10f7fbfd732c911b344f1c7d85ac26afbd2ae',
  source: [
    'local lane = KEYS[1] local dead = KEYS[2] local group = ARGV[1] local consumer = ARGV[2] local entry = ARGV[3] local delivery = tonumber(ARGV[4]) local letter = ARGV[5] local max_letters = tonumber(ARGV[6]) local max_age_ms = tonumber(ARGV[7])',
    "local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]",
    'if not pending or pending[2] ~= consumer or pending[4] ~= delivery then',
    "  return 'not_holder'",
    'end',
    "local time = redis.call('TIME')",
    "redis.call('XADD', dead, 'MAXLEN', max_letters, '*', 'letter', letter)",
    "redis.call('XTRIM', dead, 'MINID', string.format('%.0f', time[1] * 1000 - max_age_ms))",
    "redis.call('PEXPIRE', dead, max_age_ms)",
    "redis.call('XACK', lane, group, entry)",
    "redis.call('XDEL', lane, entry)",
    "return 'buried'",
    '',
  ].join('\n'),
  keys: ['lane', 'dead'],
  args: ['group', 'consumer', 'entry', 'delivery', 'letter', 'max_letters', 'max_age_ms'],
  reply: text.pipe(z.enum(['buried', 'not_holder'])),
})

/**
 * Takes entries over from consumers that gave no sign of life. Answers the next cursor, then six values of each: the entry,
 * how often it was delivered, its job, its deadline, and its first entry and earlier attempts (empty where there are none).
 *
 * A server that was started a moment ago has not heard of anybody yet, so that silence says nothing: then none are taken.
 */
export const laneClaim: Script<
  { lane: string },
  { group: string; consumer: string; min_idle_ms: number; min_up_ms: number; cursor: string; count: number },
  Buffer[]
> = defineScript({
  name: 'lane.claim',
  sha1: 'd611fb7d702db8f593f901d01336c4498ed6d414',
  source: [
    'local lane = KEYS[1] local group = ARGV[1] local consumer = ARGV[2] local min_idle_ms = tonumber(ARGV[3]) local min_up_ms = tonumber(ARGV[4]) local cursor = ARGV[5] local count = tonumber(ARGV[6])',
    "local uptime_s = tonumber(redis.call('INFO', 'server'):match('uptime_in_seconds:(%d+)') or math.huge)",
    'if uptime_s * 1000 < min_up_ms then',
    '  return { cursor }',
    'end',
    "local claimed = redis.call('XAUTOCLAIM', lane, group, consumer, min_idle_ms, cursor, 'COUNT', count)",
    'local reply = { claimed[1] }',
    'for _, entry in ipairs(claimed[2]) do',
    "  local pending = redis.call('XPENDING', lane, group, entry[1], entry[1], 1)[1]",
    '  local fields = entry[2]',
    "  for _, value in ipairs({ entry[1], tostring(pending[4]), fields[2], fields[4] or '', fields[6] or '', fields[8] or '' }) do",
    '    reply[#reply + 1] = value',
    '  end',
    'end',
    'return reply',
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group', 'consumer', 'min_idle_ms', 'min_up_ms', 'cursor', 'count'],
  reply: z.array(bytes),
})

/**
 * Puts a job on a lane, unless too many wait there. The group is made with the lane, from its beginning, so that a lane
 * without workers shows its lag. An entry's fields are `job` and `deadline` (by this server's clock, as all times here),
 * and of a job that was on the lane before `origin`, its first entry, and `attempts`, how often it was begun.
 * Answers 'queued', or 'full' and the milliseconds in which what waits would be done at the pace of late (-1: none was).
 */
export const laneEnqueue: Script<
  { lane: string; pace: string },
  { group: string; payload: Buffer; deadline_ms: number; max_waiting: number },
  string[]
> = defineScript({
  name: 'lane.enqueue',
  sha1: 'e2d6685e65c8fda943090199bcb19958d5d4a962',
  source: [
    'local lane = KEYS[1] local pace = KEYS[2] local group = ARGV[1] local payload = ARGV[2] local deadline_ms = tonumber(ARGV[3]) local max_waiting = tonumber(ARGV[4])',
    "local time = redis.call('TIME')",
    'local now = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local length = redis.call('XLEN', lane)",
    'if length >= max_waiting then',
    '  -- name, <name>, consumers, <count>, pending, <count>',
    "  local waiting = length - (length > 0 and redis.call('XINFO', 'GROUPS', lane)[1][6] or 0)",
    '  if waiting >= max_waiting then',
    '    local slot_ms = 10000',
    "    local known = redis.call('HMGET', pace, 'slot', 'count', 'before')",
    '    local age = math.floor(now / slot_ms) - tonumber(known[1] or 0) -- in slots',
    '    local acked = age == 0 and known[2] + known[3] or age == 1 and tonumber(known[2]) or 0',
    '    local wait_ms = acked == 0 and -1 or math.ceil(waiting / acked * (slot_ms + now % slot_ms))',
    "    return { 'full', string.format('%.0f', wait_ms) }",
    '  end',
    'end',
    "if length == 0 and redis.call('EXISTS', lane) == 0 then",
    "  redis.call('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM')",
    'end',
    "redis.call('XADD', lane, '*', 'job', payload, 'deadline', string.format('%.0f', now + deadline_ms))",
    "return { 'queued' }",
    '',
  ].join('\n'),
  keys: ['lane', 'pace'],
  args: ['group', 'payload', 'deadline_ms', 'max_waiting'],
  reply: z.array(text),
})

/**
 * Makes the lane and its group if they are missing.
 */
export const laneJoin: Script<{ lane: string }, { group: string }, 'joined'> = defineScript({
  name: 'lane.join',
  sha1: '63ebb1cc9f75e274fcf09d4039177a41ed462a1e',
  source: [
    'local lane = KEYS[1] local group = ARGV[1]',
    "redis.pcall('XGROUP', 'CREATE', lane, group, '0', 'MKSTREAM') -- BUSYGROUP says that it is there",
    "return 'joined'",
    '',
  ].join('\n'),
  keys: ['lane'],
  args: ['group'],
  reply: text.pipe(z.enum(['joined'])),
})

/**
 * Puts back what this consumer holds, at once and for any other, except the entries it keeps. It counts no more as one that
 * takes jobs, and is forgotten when it holds nothing.
 */
export const laneLeave: Script<
  { lane: string; workers: string },
  { group: string; consumer: string; kept: readonly string[] },
  'left' | 'still_holding'
> = defineScript({
  name: 'lane.leave',
  sha1: '0e5428f7553f40017ff1e42d4367e700fc100bbb',
  source: [
    'local lane = KEYS[1] local workers = KEYS[2] local group = ARGV[1] local consumer = ARGV[2] local kept = {} for i = 3, #ARGV do kept[#kept + 1] = ARGV[i] end',
    "redis.call('ZREM', workers, consumer)",
    'local is_kept = {}',
    'for _, id in ipairs(kept) do',
    '  is_kept[id] = true',
    'end',
    'local is_holding = false',
    "for _, pending in ipairs(redis.call('XPENDING', lane, group, '-', '+', 10000, consumer)) do",
    '  local entry = pending[1]',
    '  if is_kept[entry] then',
    '    is_holding = true',
    '  else',
    "    local found = redis.call('XRANGE', lane, entry, entry)[1]",
    '    if found then',
    '      local fields = found[2] -- job, <job>, deadline, <time>, origin, <entry>, attempts, <count>',
    '      local origin, attempts = fields[6] or entry, (fields[8] or 0) + pending[4]',
    "      redis.call('XADD', lane, '*', 'job', fields[2], 'deadline', fields[4] or 0, 'origin', origin, 'attempts', attempts)",
    "      redis.call('XDEL', lane, entry)",
    '    end',
    "    redis.call('XACK', lane, group, entry)",
    '  end',
    'end',
    'if is_holding then',
    "  return 'still_holding'",
    'end',
    "redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer)",
    "return 'left'",
    '',
  ].join('\n'),
  keys: ['lane', 'workers'],
  args: ['group', 'consumer', 'kept'],
  reply: text.pipe(z.enum(['left', 'still_holding'])),
})

/**
 * Tells how many milliseconds ago anybody who takes jobs from the lane showed life; nothing where nobody did.
 */
export const lanePresence: Script<{ workers: string }, {}, string[]> = defineScript({
  name: 'lane.presence',
  sha1: '95b054647f32769ccc11fd4526d70759e4e28c59',
  source: [
    'local workers = KEYS[1]',
    "local newest = redis.call('ZRANGE', workers, -1, -1, 'WITHSCORES')[2]",
    'if not newest then',
    '  return {}',
    'end',
    "local time = redis.call('TIME')",
    "return { string.format('%.0f', math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(newest))) }",
    '',
  ].join('\n'),
  keys: ['workers'],
  args: [],
  reply: z.array(text),
})

/**
 * Takes an entry out of its lane until its job shall be begun again, if this consumer still holds it in this delivery.
 */
export const laneRetry: Script<
  { lane: string; later: string },
  { group: string; consumer: string; entry: string; delivery: number; attempts: number; delay_ms: number },
  'waits' | 'not_holder'
> = defineScript({
  name: 'lane.retry',
  sha1: '8bc614498e96e943fbf97fa72490a65ba38b2162',
  source: [
    'local lane = KEYS[1] local later = KEYS[2] local group = ARGV[1] local consumer = ARGV[2] local entry = ARGV[3] local delivery = tonumber(ARGV[4]) local attempts = tonumber(ARGV[5]) local delay_ms = tonumber(ARGV[6])',
    "local pending = redis.call('XPENDING', lane, group, entry, entry, 1)[1]",
    'if not pending or pending[2] ~= consumer or pending[4] ~= delivery then',
    "  return 'not_holder'",
    'end',
    "local fields = redis.call('XRANGE', lane, entry, entry)[1][2] -- job, <job>, deadline, <time>, origin, <entry>, …",
    "local time = redis.call('TIME')",
    'local due = time[1] * 1000 + math.floor(time[2] / 1000) + delay_ms',
    "redis.call('ZADD', later, string.format('%.0f', due), cmsgpack.pack({ fields[6] or entry, attempts, fields[4], fields[2] }))",
    "redis.call('XACK', lane, group, entry)",
    "redis.call('XDEL', lane, entry)",
    "return 'waits'",
    '',
  ].join('\n'),
  keys: ['lane', 'later'],
  args: ['group', 'consumer', 'entry', 'delivery', 'attempts', 'delay_ms'],
  reply: text.pipe(z.enum(['waits', 'not_holder'])),
})

/**
 * Tells how a lane is. Answers how many jobs wait, how many are being done, how many wait to be begun again, for how many
 * milliseconds the oldest has waited, how many consumers take jobs, and how many dead letters there are.
 */
export const laneStats: Script<
  { lane: string; later: string; workers: string; dead: string },
  { alive_ms: number },
  string[]
> = defineScript({
  name: 'lane.stats',
  sha1: 'b145097a9a2f6f2b7ad92228b75755c1ea8235c7',
  source: [
    'local lane = KEYS[1] local later = KEYS[2] local workers = KEYS[3] local dead = KEYS[4] local alive_ms = tonumber(ARGV[1])',
    "local time = redis.call('TIME')",
    'local now = time[1] * 1000 + math.floor(time[2] / 1000)',
    'local pending, oldest_ms = 0, 0',
    "if redis.call('EXISTS', lane) == 1 then",
    "  local group = redis.call('XINFO', 'GROUPS', lane)[1] -- name, <name>, consumers, <n>, pending, <n>, last-delivered-id, <id>",
    '  pending = group[6]',
    "  local oldest = redis.call('XRANGE', lane, '(' .. group[8], '+', 'COUNT', 1)[1]",
    '  if oldest then',
    "    oldest_ms = math.max(0, now - tonumber(oldest[1]:match('^%d+')))",
    '  end',
    'end',
    'local reply = {',
    "  redis.call('XLEN', lane) - pending, pending, redis.call('ZCARD', later), oldest_ms,",
    "  redis.call('ZCOUNT', workers, string.format('%.0f', now - alive_ms), '+inf'), redis.call('XLEN', dead),",
    '}',
    'for i, count in ipairs(reply) do',
    "  reply[i] = string.format('%.0f', count)",
    'end',
    'return reply',
    '',
  ].join('\n'),
  keys: ['lane', 'later', 'workers', 'dead'],
  args: ['alive_ms'],
  reply: z.array(text),
})

/**
 * What any consumer does for its lane now and then: puts jobs back that have waited long enough to be begun again, and
 * forgets consumers that hold nothing and were not seen for long.
 */
export const laneTend: Script<{ lane: string; later: string }, { group: string; forget_idle_ms: number }, 'tended'> =
  defineScript({
    name: 'lane.tend',
    sha1: '7c3a1eea54fbd4b24a85b26490a5133111606ea5',
    source: [
      'local lane = KEYS[1] local later = KEYS[2] local group = ARGV[1] local forget_idle_ms = tonumber(ARGV[2])',
      "local time = redis.call('TIME')",
      "local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))",
      "for _, waiting in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, 100)) do",
      '  local origin, attempts, deadline, job = unpack(cmsgpack.unpack(waiting))',
      "  redis.call('XADD', lane, '*', 'job', job, 'deadline', deadline, 'origin', origin, 'attempts', attempts)",
      "  redis.call('ZREM', later, waiting)",
      'end',
      "for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', lane, group)) do",
      '  -- name, <name>, pending, <count>, idle, <ms>',
      '  if consumer[4] == 0 and consumer[6] > forget_idle_ms then',
      "    redis.call('XGROUP', 'DELCONSUMER', lane, group, consumer[2])",
      '  end',
      'end',
      "return 'tended'",
      '',
    ].join('\n'),
    keys: ['lane', 'later'],
    args: ['group', 'forget_idle_ms'],
    reply: text.pipe(z.enum(['tended'])),
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
 * Answers sessions whose time is over, the longest first. When nobody has asked for long, Redis may have been away, and no holder
 * could show life: none is due then until they had time to.
 */
export const liveDue: Script<
  { live: string; watch: string },
  { gap_ms: number; grace_ms: number; count: number },
  string[]
> = defineScript({
  name: 'live.due',
  sha1: '4df47d23b482ccedb49ae5134d4d86070be5fc57',
  source: [
    'local live = KEYS[1] local watch = KEYS[2] local gap_ms = tonumber(ARGV[1]) local grace_ms = tonumber(ARGV[2]) local count = tonumber(ARGV[3])',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local last = redis.call('HMGET', watch, 'asked_at', 'none_until')",
    'local none_until = tonumber(last[2] or 0)',
    'if last[1] and now_ms - last[1] > gap_ms then',
    '  none_until = now_ms + grace_ms',
    'end',
    "redis.call('HSET', watch, 'asked_at', now_ms, 'none_until', none_until)",
    'if now_ms < none_until then',
    '  return {}',
    'end',
    "return redis.call('ZRANGE', live, '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, count)",
    '',
  ].join('\n'),
  keys: ['live', 'watch'],
  args: ['gap_ms', 'grace_ms', 'count'],
  reply: z.array(text),
})

/**
 * Notes until when a session is taken for alive, by this server's clock; a later call counts.
 */
export const liveShow: Script<{ live: string }, { session: string; ttl_ms: number; is_new: number }, 'shown'> =
  defineScript({
    name: 'live.show',
    sha1: '2f0f7458313bfd615f599dffff2944d60e618128',
    source: [
      'local live = KEYS[1] local session = ARGV[1] local ttl_ms = tonumber(ARGV[2]) local is_new = tonumber(ARGV[3])',
      "local time = redis.call('TIME')",
      'local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ttl_ms',
      'if is_new == 1 then',
      "  redis.call('ZADD', live, until_ms, session)",
      'else',
      "  redis.call('ZADD', live, 'XX', until_ms, session)",
      'end',
      "return 'shown'",
      '',
    ].join('\n'),
    keys: ['live'],
    args: ['session', 'ttl_ms', 'is_new'],
    reply: text.pipe(z.enum(['shown'])),
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
 * Says that nothing is left of an ended session but its mark, which goes by itself. Repeating it changes nothing more.
 * `not_ended`: Redis has lost that it was ended.
 */
export const sessionBury: Script<{ session: string }, { tombstone_ms: number }, 'buried' | 'was_buried' | 'not_ended'> =
  defineScript({
    name: 'session.bury',
    sha1: '630bcd5a2ab6dc5ca54b034188e14493cc74632f',
    source: [
      'local session = KEYS[1] local tombstone_ms = tonumber(ARGV[1])',
      "local state = redis.call('HGET', session, 'state')",
      "if state and state ~= 'ended' then",
      "  return 'not_ended'",
      'end',
      "if not state or redis.call('HSETNX', session, 'buried', 1) == 0 then",
      "  return 'was_buried'",
      'end',
      "redis.call('PEXPIRE', session, tombstone_ms)",
      "return 'buried'",
      '',
    ].join('\n'),
    keys: ['session'],
    args: ['tombstone_ms'],
    reply: text.pipe(z.enum(['buried', 'was_buried', 'not_ended'])),
  })

/**
 * Marks a subject (an item's transcription or a response) as cancelled and tells the workers that are busy with it. In a session
 * that has ended all is cancelled.
 */
export const sessionCancel: Script<
  { session: string; held: string; cancelled: string },
  { channel: string; subject: string; ttl_ms: number },
  'cancelled'
> = defineScript({
  name: 'session.cancel',
  sha1: '9ee85363babb0e90a12de08f9bf5ba6d1aaf631d',
  source: [
    'local session = KEYS[1] local held = KEYS[2] local cancelled = KEYS[3] local channel = ARGV[1] local subject = ARGV[2] local ttl_ms = tonumber(ARGV[3])',
    "if redis.call('HGET', session, 'state') == 'ended' then",
    "  return 'cancelled'",
    'end',
    "redis.call('SET', cancelled, 1, 'PX', ttl_ms)",
    "redis.call('SADD', held, cancelled)",
    "redis.call('PEXPIRE', held, ttl_ms)",
    "redis.call('SPUBLISH', channel, subject)",
    "return 'cancelled'",
    '',
  ].join('\n'),
  keys: ['session', 'held', 'cancelled'],
  args: ['channel', 'subject', 'ttl_ms'],
  reply: text.pipe(z.enum(['cancelled'])),
})

/**
 * Writes one change of a session, if its holder does. Changes are numbered: one whose number is known is not written again.
 * `lost`: another holds the session, or it has ended. `behind`: what is stored is older than what this holder wrote before, so
 * nothing is written; with `facts` the change is the whole of the session then, and is put in place of what there is.
 *
 * The journal keeps the events of the newest change that had any, and of those before it as many as the limits allow, without
 * a hole: `cut` is the number up to which they are gone. The session log is trimmed behind the results that are in the change.
 *
 * `committed_after_loss`: the same as `committed`, but the log does not know of results that the holder has heard, so that others
 * may be lost that it has not. Results go on behind what it has heard: none of what is asked for from now on seems lost.
 */
export const sessionCommit: Script<
  { session: string; records: string; items: string; sent: string; log: string; head: string; held: string },
  {
    token: number
    number: number
    ttl_ms: number
    keep_ms: number
    results_up_to: number
    heard_up_to: number
    max_bytes: number
    max_age_ms: number
    known_after: number
    facts: number
    sets: number
    drops: number
    saves: number
    forgets: number
    parts: readonly (string | Buffer)[]
  },
  'committed' | 'committed_after_loss' | 'lost' | 'behind'
> = defineScript({
  name: 'session.commit',
  sha1: '72f30b7d72403f3c64886324340403a8a29ac4b5',
  source: [
    'local session = KEYS[1] local records = KEYS[2] local items = KEYS[3] local sent = KEYS[4] local log = KEYS[5] local head = KEYS[6] local held = KEYS[7] local token = tonumber(ARGV[1]) local number = tonumber(ARGV[2]) local ttl_ms = tonumber(ARGV[3]) local keep_ms = tonumber(ARGV[4]) local results_up_to = tonumber(ARGV[5]) local heard_up_to = tonumber(ARGV[6]) local max_bytes = tonumber(ARGV[7]) local max_age_ms = tonumber(ARGV[8]) local known_after = tonumber(ARGV[9]) local facts = tonumber(ARGV[10]) local sets = tonumber(ARGV[11]) local drops = tonumber(ARGV[12]) local saves = tonumber(ARGV[13]) local forgets = tonumber(ARGV[14]) local parts = {} for i = 15, #ARGV do parts[#parts + 1] = ARGV[i] end',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local stored = redis.call('HMGET', session, 'state', 'token', 'version', 'last_sent', 'cut', 'newest', 'bytes', 'cut_bytes', 'oldest_at')",
    'local stored_token, version = tonumber(stored[2] or 0), tonumber(stored[3] or 0)',
    "if stored[1] == 'ended' or stored_token > token then",
    "  return 'lost'",
    'end',
    'local is_known = stored_token == token and number <= version',
    'if not is_known and facts == 0 and (stored_token < token or number > version + 1) then',
    "  return 'behind'",
    'end',
    "local answer = 'committed'",
    "if tonumber(redis.call('HGET', head, 'number') or 0) < heard_up_to then",
    "  redis.call('HSET', head, 'number', heard_up_to)",
    "  answer = 'committed_after_loss'",
    'end',
    'if is_known then',
    '  return answer',
    'end',
    '',
    'local at = 1',
    'local function spread(command, key, count)',
    '  local last = at + count - 1',
    '  while at <= last do',
    "    local to = math.min(at + 3999, last) -- Lua's stack is small",
    '    redis.call(command, key, unpack(parts, at, to))',
    '    at = to + 1',
    '  end',
    'end',
    'local last_sent, cut, newest = tonumber(stored[4] or 0), tonumber(stored[5] or 0), tonumber(stored[6] or 0)',
    'local bytes, cut_bytes, oldest_at = tonumber(stored[7] or 0), tonumber(stored[8] or 0), tonumber(stored[9] or now_ms)',
    'if facts > 0 then',
    "  redis.call('UNLINK', records, items)",
    "  if stored_token < token or last_sent < known_after then -- a stranger's journal, or one with a hole before these events",
    "    redis.call('UNLINK', sent)",
    '    last_sent, cut, newest, bytes, cut_bytes = known_after, known_after, 0, 0, 0',
    '  end',
    'end',
    "spread('HSET', session, facts)",
    "spread('HSET', records, sets)",
    "spread('HDEL', records, drops)",
    "spread('HSET', items, saves)",
    "spread('HDEL', items, forgets)",
    '',
    'local first',
    'for i = at, #parts, 2 do',
    '  local event, body = tonumber(parts[i]), parts[i + 1]',
    '  if event > last_sent then',
    '    if bytes == cut_bytes then',
    '      oldest_at = now_ms',
    '    end',
    '    first, last_sent, bytes = first or event, event, bytes + #body',
    "    redis.call('XADD', sent, parts[i] .. '-0', 'body', body, 'bytes', bytes, 'at', now_ms)",
    '  end',
    'end',
    'newest = first or newest',
    '',
    'local function is_over(sent_at, bytes_before)',
    '  return sent_at < now_ms - max_age_ms or bytes - bytes_before > max_bytes',
    'end',
    'if bytes > cut_bytes and is_over(oldest_at, cut_bytes) then',
    "  local cursor, goes_on, count = '-', true, 1",
    '  while goes_on do',
    '    count = math.min(count * 2, 64) -- mostly as many go as came',
    "    local page = redis.call('XRANGE', sent, cursor, '+', 'COUNT', count)",
    '    for _, entry in ipairs(page) do',
    "      local event, ends, sent_at = tonumber(entry[1]:match('^%d+')), tonumber(entry[2][4]), tonumber(entry[2][6])",
    '      oldest_at = sent_at',
    '      goes_on = event < newest and is_over(sent_at, cut_bytes)',
    '      if not goes_on then',
    '        break',
    '      end',
    "      cut, cut_bytes, cursor = event, ends, '(' .. entry[1]",
    '    end',
    '    goes_on = goes_on and #page > 0',
    '  end',
    "  redis.call('XTRIM', sent, 'MINID', string.format('%.0f', cut + 1))",
    'end',
    '',
    "redis.call('HSET', session, 'version', number, 'alive_until', now_ms + ttl_ms, 'results_up_to', results_up_to,",
    "  'last_sent', last_sent, 'cut', cut, 'newest', newest, 'bytes', bytes, 'cut_bytes', cut_bytes, 'oldest_at', oldest_at)",
    "redis.call('XTRIM', log, 'MINID', string.format('%.0f', results_up_to))",
    'for _, key in ipairs(KEYS) do',
    "  local left_ms = redis.call('PTTL', key)",
    '  if left_ms ~= -2 and left_ms < keep_ms / 2 then -- -2: there is none',
    "    redis.call('PEXPIRE', key, keep_ms)",
    '  end',
    'end',
    'return answer',
    '',
  ].join('\n'),
  keys: ['session', 'records', 'items', 'sent', 'log', 'head', 'held'],
  args: [
    'token',
    'number',
    'ttl_ms',
    'keep_ms',
    'results_up_to',
    'heard_up_to',
    'max_bytes',
    'max_age_ms',
    'known_after',
    'facts',
    'sets',
    'drops',
    'saves',
    'forgets',
    'parts',
  ],
  reply: text.pipe(z.enum(['committed', 'committed_after_loss', 'lost', 'behind'])),
})

/**
 * Opens a session that one holder drives. Repeating the holder's call changes nothing. Its token is the time in milliseconds.
 * Answers 'created' and that token, or 'exists' where this id was used before.
 */
export const sessionCreate: Script<
  { session: string },
  { tenant: string; holder: string; take: string; opened_by: string; ttl_ms: number; keep_ms: number },
  string[]
> = defineScript({
  name: 'session.create',
  sha1: 'e851e9475b0e4679fe23136395f7d536f68762de',
  source: [
    'local session = KEYS[1] local tenant = ARGV[1] local holder = ARGV[2] local take = ARGV[3] local opened_by = ARGV[4] local ttl_ms = tonumber(ARGV[5]) local keep_ms = tonumber(ARGV[6])',
    "local found = redis.call('HMGET', session, 'take', 'token', 'opened_at')",
    'if found[1] then',
    "  return { found[1] == take and found[2] == found[3] and 'created' or 'exists', found[2] }",
    'end',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local token = string.format('%.0f', now_ms)",
    "redis.call('HSET', session, 'state', 'live', 'tenant', tenant, 'token', token, 'take', take, 'holder', holder,",
    "  'opened_by', opened_by, 'opened_at', token, 'alive_until', now_ms + ttl_ms, 'version', 0, 'last_sent', 0)",
    "redis.call('PEXPIRE', session, keep_ms)",
    "return { 'created', token }",
    '',
  ].join('\n'),
  keys: ['session'],
  args: ['tenant', 'holder', 'take', 'opened_by', 'ttl_ms', 'keep_ms'],
  reply: z.array(text),
})

/**
 * Appends a job's results to the session log and publishes each, unless the subject is cancelled, the session has ended, or
 * the job has another owner. Repeating an emit (its number is known) changes nothing.
 *
 * A result's number is the time in milliseconds, or one more than its predecessor's if that is later: numbers grow even over
 * a loss of data. Each result names its predecessor, so a reader sees a gap. A message is both numbers (big-endian
 * doubles), then the payload. The newest result is never trimmed.
 */
export const sessionEmit: Script<
  { session: string; work: string; cancelled: string; log: string; head: string },
  {
    channel: string
    run: string
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
  sha1: '66c2d889cf1a8b37466b505c7859d53ef2ba940c',
  source: [
    'local session = KEYS[1] local work = KEYS[2] local cancelled = KEYS[3] local log = KEYS[4] local head = KEYS[5] local channel = ARGV[1] local run = ARGV[2] local emit = tonumber(ARGV[3]) local ends_job = tonumber(ARGV[4]) local max_bytes = tonumber(ARGV[5]) local max_age_ms = tonumber(ARGV[6]) local ttl_ms = tonumber(ARGV[7]) local payloads = {} for i = 8, #ARGV do payloads[#payloads + 1] = ARGV[i] end',
    "if redis.call('EXISTS', cancelled) == 1 or redis.call('HGET', session, 'state') == 'ended' then",
    "  return 'cancelled'",
    'end',
    "local owner = redis.call('HMGET', work, 'run', 'emits')",
    'if owner[1] ~= run then',
    "  return 'superseded'",
    'end',
    'if emit <= tonumber(owner[2]) then',
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
  keys: ['session', 'work', 'cancelled', 'log', 'head'],
  args: ['channel', 'run', 'emit', 'ends_job', 'max_bytes', 'max_age_ms', 'ttl_ms', 'payloads'],
  reply: text.pipe(z.enum(['emitted', 'cancelled', 'superseded'])),
})

/**
 * Ends a session: only a mark is left of it, under which nothing is written any more, and its jobs are told to stop. Then its
 * ender has to free what else it holds, and another may do so once `busy_ms` are over. Repeating the call changes nothing.
 * Answers 'ended', tenant, reason, opened_at and ended_at: it is the caller who has to free it; 'busy' and for how many
 * milliseconds another has; 'buried': it is free; 'alive' and how many milliseconds it has; 'lost': another holds it; or 'none'.
 */
export const sessionEnd: Script<
  { session: string; records: string; items: string; sent: string; log: string; head: string },
  {
    token: number
    tenant: string
    opened_at: string
    ender: string
    reason: string
    busy_ms: number
    keep_ms: number
    channel: string
  },
  string[]
> = defineScript({
  name: 'session.end',
  sha1: '4b498b6ac95e85797d2223a26cd1519bfe85d35f',
  source: [
    'local session = KEYS[1] local records = KEYS[2] local items = KEYS[3] local sent = KEYS[4] local log = KEYS[5] local head = KEYS[6] local token = tonumber(ARGV[1]) local tenant = ARGV[2] local opened_at = ARGV[3] local ender = ARGV[4] local reason = ARGV[5] local busy_ms = tonumber(ARGV[6]) local keep_ms = tonumber(ARGV[7]) local channel = ARGV[8]',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    "local found = redis.call('HMGET', session, 'state', 'token', 'alive_until', 'ender', 'busy_until', 'buried')",
    'local state, left_ms = found[1], tonumber(found[3] or 0) - now_ms',
    "if state == 'ended' then",
    '  if found[6] then',
    "    return { 'buried' }",
    '  end',
    '  local busy_left_ms = tonumber(found[5]) - now_ms',
    '  if found[4] ~= ender and busy_left_ms > 0 then',
    "    return { 'busy', string.format('%.0f', busy_left_ms) }",
    '  end',
    'elseif token == 0 and not state then',
    "  return { 'none' }",
    'elseif token == 0 and left_ms > 0 then',
    "  return { 'alive', string.format('%.0f', left_ms) }",
    'elseif token > 0 and tonumber(found[2] or 0) > token then',
    "  return { 'lost' }",
    'else',
    "  redis.call('UNLINK', records, items, sent, log, head)",
    '  if not state then',
    "    redis.call('HSET', session, 'tenant', tenant, 'token', token, 'opened_at', opened_at)",
    '  end',
    "  redis.call('HSET', session, 'state', 'ended', 'reason', reason, 'ended_at', string.format('%.0f', now_ms))",
    "  redis.call('SPUBLISH', channel, '*')",
    'end',
    "redis.call('HSET', session, 'ender', ender, 'busy_until', now_ms + busy_ms)",
    "redis.call('PEXPIRE', session, keep_ms)",
    "local told = redis.call('HMGET', session, 'tenant', 'reason', 'opened_at', 'ended_at')",
    "return { 'ended', told[1], told[2], told[3], told[4] }",
    '',
  ].join('\n'),
  keys: ['session', 'records', 'items', 'sent', 'log', 'head'],
  args: ['token', 'tenant', 'opened_at', 'ender', 'reason', 'busy_ms', 'keep_ms', 'channel'],
  reply: z.array(text),
})

/**
 * Reads events behind a number from a session's journal, the oldest first. Answers 'gone' where some of them are not kept any
 * more, or there is no live session; else 'kept', and then number and body of each.
 */
export const sessionMissed: Script<{ session: string; sent: string }, { after: number; count: number }, Buffer[]> =
  defineScript({
    name: 'session.missed',
    sha1: 'a3d4cf22801912919c07593290f89d430b94ef63',
    source: [
      'local session = KEYS[1] local sent = KEYS[2] local after = tonumber(ARGV[1]) local count = tonumber(ARGV[2])',
      "local found = redis.call('HMGET', session, 'state', 'cut')",
      "if found[1] ~= 'live' or after < tonumber(found[2] or 0) then",
      "  return { 'gone' }",
      'end',
      "local reply = { 'kept' }",
      "for _, entry in ipairs(redis.call('XRANGE', sent, string.format('(%.0f-0', after), '+', 'COUNT', count)) do",
      "  reply[#reply + 1] = entry[1]:match('^%d+')",
      '  reply[#reply + 1] = entry[2][2]',
      'end',
      'return reply',
      '',
    ].join('\n'),
    keys: ['session', 'sent'],
    args: ['after', 'count'],
    reply: z.array(bytes),
  })

/**
 * Takes a live session over: whoever held it is told, and what he writes is refused from now on. The new token is the time in
 * milliseconds, or one more than the one before: tokens grow even over a loss of data. Repeating a call changes nothing. Answers 'none' where the tenant has no live session of this id; 'changed' and the token
 * where that is not the expected one; or 'taken', token, version, results_up_to, last_sent, opened_at, opened_by, and then name
 * and value of each record.
 */
export const sessionTake: Script<
  { session: string; records: string },
  { tenant: string; expected: number; holder: string; take: string; ttl_ms: number; channel: string },
  Buffer[]
> = defineScript({
  name: 'session.take',
  sha1: 'd5f4d43ce6043aa63cf4c85ad4afb657997d10b9',
  source: [
    'local session = KEYS[1] local records = KEYS[2] local tenant = ARGV[1] local expected = tonumber(ARGV[2]) local holder = ARGV[3] local take = ARGV[4] local ttl_ms = tonumber(ARGV[5]) local channel = ARGV[6]',
    "local found = redis.call('HMGET', session, 'state', 'tenant', 'token', 'take')",
    "if found[1] ~= 'live' or found[2] ~= tenant then",
    "  return { 'none' }",
    'end',
    "local time = redis.call('TIME')",
    'local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)',
    'local token = tonumber(found[3])',
    'if found[4] ~= take then',
    '  if token ~= expected then',
    "    return { 'changed', found[3] }",
    '  end',
    '  token = math.max(token + 1, now_ms)',
    "  redis.call('HSET', session, 'token', token, 'take', take, 'holder', holder)",
    "  redis.call('SPUBLISH', channel, string.format('%.0f', token))",
    'end',
    "redis.call('HSET', session, 'alive_until', now_ms + ttl_ms)",
    "local reply = { 'taken' }",
    "local known = redis.call('HMGET', session, 'token', 'version', 'results_up_to', 'last_sent', 'opened_at', 'opened_by')",
    'for i = 1, 6 do',
    "  reply[i + 1] = known[i] or ''",
    'end',
    "for _, part in ipairs(redis.call('HGETALL', records)) do",
    '  reply[#reply + 1] = part',
    'end',
    'return reply',
    '',
  ].join('\n'),
  keys: ['session', 'records'],
  args: ['tenant', 'expected', 'holder', 'take', 'ttl_ms', 'channel'],
  reply: z.array(bytes),
})

/**
 * Keeps what was spoken for an item, from this byte of it on, if the session's holder does. Repeating it changes nothing.
 */
export const speechKeep: Script<
  { session: string; held: string; spoken: string },
  { token: number; at_byte: number; ttl_ms: number; pcm: Buffer },
  'kept' | 'lost'
> = defineScript({
  name: 'speech.keep',
  sha1: '0344b26047dcfea8904e05a63acb9796eaa80c69',
  source: [
    'local session = KEYS[1] local held = KEYS[2] local spoken = KEYS[3] local token = tonumber(ARGV[1]) local at_byte = tonumber(ARGV[2]) local ttl_ms = tonumber(ARGV[3]) local pcm = ARGV[4]',
    "local holder = redis.call('HMGET', session, 'state', 'token')",
    "if holder[1] == 'ended' or tonumber(holder[2] or 0) > token then",
    "  return 'lost'",
    'end',
    "redis.call('SETRANGE', spoken, at_byte, pcm)",
    "if redis.call('PTTL', spoken) < 0 then",
    "  redis.call('SADD', held, spoken)",
    "  redis.call('PEXPIRE', held, ttl_ms)",
    "  redis.call('PEXPIRE', spoken, ttl_ms)",
    'end',
    "return 'kept'",
    '',
  ].join('\n'),
  keys: ['session', 'held', 'spoken'],
  args: ['token', 'at_byte', 'ttl_ms', 'pcm'],
  reply: text.pipe(z.enum(['kept', 'lost'])),
})
