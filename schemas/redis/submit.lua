#!lua
-- Creates a run: record, event 1, deadlines, mail. Plain flags: a full server refuses before any write.
-- KEYS 1 run, 2 runData, 3 runEvents, 4 runNodes, 5 mail, 6 timers, 7 runs, 8 runsByStatus('queued'), 9 graph(digest),
--      10 idempotency, 11 graphRuns, 12 ownerRuns('all'), 13 ownerRuns('queued'),
--      14 outbox, 15 runDeliveries, 16 <starts_key>, 17 <live_key> (both of the asker's API key, in the shard of keys),
--      18 run(source), 19 runForks(source), 20 runArtifacts, 21 <bytes_key> (of the same key)
-- ARGV 1 run, 2 request (digest of the request; '' = no idempotency key), 3 idempotency_ms int, 4 graph (canonical JSON),
--      5 start_deadline_ms int, 6 run_deadline_ms int, 7 event (JSON), 8 channels.run, 9 count(record), 10 count(data),
--      11 count(nodes), 12 fileRuns(''),
--      13 delivery_ids (beginning of those that it makes), 14 ownerHooks(''), 15 outboxLane(''), 16 delivery(''),
--      17 hookDeliveries(''), 18 per_minute int, 19 most_live int (0 = no limit),
--      20 source (of a fork: the run that it comes from, else 'none'), 21 folderRuns(''), 22 count(artifacts),
--      23 most_bytes int (of a day; 0 = no limit),
--      then per name, value of record: name, value, then per name, value of data: name, value,
--      then per name, value of nodes: name, value,
--      then per name, value of artifacts: name, value
-- Answer ['sourceless'] | ['created', now: string, left: string, reset_ms: string] | ['repeat' | 'conflict', run: string]
--      | ['limited', what: 'rate' | 'live' | 'bytes', reset_ms: string]; conflict = the key was used for another request,
--      sourceless = the run to be forked is gone, or being removed
-- Repeats: the run id makes a second call a 'repeat'; the idempotency key makes a second request one, as long as its run
-- is there. The record's fields hold `owner`, `digest` and, where there are such, `idempotency`, `files` (ids, by
-- spaces) and `makers` (runs, by spaces): purge finds by them what goes with the run.
-- @include time
-- @include day
-- @include outbox
-- @include log
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'repeat', ARGV[1] }
end
if ARGV[2] ~= '' then
  local seen = redis.call('GET', KEYS[10])
  if seen then
    local digest, run = string.match(seen, '^(%S+) (%S+)$')
    local run_prefix = string.sub(KEYS[1], 1, -#ARGV[1] - 1)
    if redis.call('EXISTS', run_prefix .. run) == 1 then
      return { digest == ARGV[2] and 'repeat' or 'conflict', run }
    end
  end
end

if ARGV[20] ~= 'none' then
  local there, removing = unpack(redis.call('HMGET', KEYS[18], 'status', 'removing'))
  if not there or removing then
    return { 'sourceless' }
  end
end

local now = now_ms()
local post = {
  run = ARGV[1], outbox = KEYS[14], of_run = KEYS[15],
  id = ARGV[13], hooks = ARGV[14], lanes = ARGV[15], rows = ARGV[16], of_hook = ARGV[17],
}
-- At most so many starts within any minute: the list holds the times of the last ones.
local MINUTE = 60000
local per_minute, most_live = tonumber(ARGV[18]), tonumber(ARGV[19])
if per_minute > 0 then
  local nth = redis.call('LINDEX', KEYS[16], -per_minute)
  if nth and tonumber(nth) > now - MINUTE then
    return { 'limited', 'rate', text(tonumber(nth) + MINUTE - now) }
  end
end
if most_live > 0 and redis.call('SCARD', KEYS[17]) >= most_live then
  return { 'limited', 'live', '' }
end
local most_bytes = tonumber(ARGV[23])
if most_bytes > 0 and bytes_of_day(KEYS[21]) >= most_bytes then
  return { 'limited', 'bytes', rest_of_day(now) }
end

local record = {
  'status', 'queued', 'seq', '1', 'drives', '0', 'created_at', text(now), 'touched', text(now),
  'start_deadline_at', text(now + tonumber(ARGV[5])), 'run_deadline_at', text(now + tonumber(ARGV[6])),
}
local function note(name, value)
  record[#record + 1], record[#record + 2] = name, value
end

local left, reset = '', ''
if per_minute > 0 then
  local count = redis.call('RPUSH', KEYS[16], text(now))
  if count > per_minute then
    redis.call('LTRIM', KEYS[16], -per_minute, -1)
    count = per_minute
  end
  local oldest = tonumber(redis.call('LINDEX', KEYS[16], 0))
  while oldest <= now - MINUTE do
    redis.call('LPOP', KEYS[16])
    count, oldest = count - 1, tonumber(redis.call('LINDEX', KEYS[16], 0))
  end
  redis.call('PEXPIRE', KEYS[16], text(MINUTE))
  left, reset = text(per_minute - count), text(oldest + MINUTE - now)
end
if most_live > 0 then
  redis.call('SADD', KEYS[17], ARGV[1])
  note('live', KEYS[17])
end
if most_bytes > 0 then
  note('bytes_key', KEYS[21])
end
local at = FIRST.arg
local given = {}
for _ = 1, tonumber(ARGV[9]) do
  given[ARGV[at]] = ARGV[at + 1]
  note(ARGV[at], ARGV[at + 1])
  at = at + 2
end
redis.call('HSET', KEYS[1], unpack(record))

-- Many fields at a time, and never more than Lua can hand over.
local PART = 1000
local function put_pairs(key, count)
  local stop = at + 2 * tonumber(count)
  while at < stop do
    local part = {}
    while at < stop and #part < PART do
      part[#part + 1], at = ARGV[at], at + 1
    end
    redis.call('HSET', key, unpack(part))
  end
end
put_pairs(KEYS[2], ARGV[10])
put_pairs(KEYS[4], ARGV[11])
put_pairs(KEYS[20], ARGV[22])
if ARGV[20] ~= 'none' then
  redis.call('ZADD', KEYS[19], text(now), ARGV[1])
end
for maker in string.gmatch(given.makers or '', '%S+') do
  redis.call('SADD', ARGV[21] .. maker, ARGV[1])
end
-- It is there as long as a run has it: purge removes it with the last.
if redis.call('HINCRBY', KEYS[11], given.digest, 1) == 1 then
  redis.call('SET', KEYS[9], ARGV[4])
end
for file in string.gmatch(given.files or '', '%S+') do
  redis.call('SADD', ARGV[12] .. file, ARGV[1])
end
-- What the record would say of its first event is known already.
write_event(KEYS[3], ARGV[8], '1', now, 'run.queued', '', ARGV[7])
post_to(post, { kind = 'run.queued', seq = '1', at = now }, given.owner, given.webhook_events, given.webhook_lane)
redis.call('ZADD', KEYS[6], text(now + tonumber(ARGV[5])), WIRE.timers.start_deadline(ARGV[1]),
  text(now + tonumber(ARGV[6])), WIRE.timers.run_deadline(ARGV[1]))
redis.call('ZADD', KEYS[7], text(now), ARGV[1])
redis.call('ZADD', KEYS[8], text(now), ARGV[1])
redis.call('ZADD', KEYS[12], text(now), ARGV[1])
redis.call('ZADD', KEYS[13], text(now), ARGV[1])
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[10], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[3])
end
redis.call('XADD', KEYS[5], '*', 'run', ARGV[1], 'body', '{"kind":"submitted"}')
return { 'created', text(now), left, reset }
