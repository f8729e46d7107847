#!lua flags=allow-oom
-- Removes all that Redis holds of a terminal run whose bytes are gone; its graph goes with the last run that has it.
-- KEYS 1 run, 2 runNodes, 3 runTasks, 4 runMailbox, 5 runEvents, 6 runData, 7 runArtifacts, 8 timers, 9 threads,
--      10 thread(run), 11 threadHeads(run), 12 threadBlobs(run), 13 runs, 14 graphRuns,
--      15 runDeliveries, 16 outbox, 17 runForks, 18 folderRuns(run), 19 runForks(origin),
--      20 graphDurations, 21 stored, 22 storage, 23 runGone
-- ARGV 1 run, 2 runsByStatus(''), 3 threadCheckpoint(run, ''), 4 artifact(''), 5 graph(''), 6 idempotency(''),
--      7 fileRuns(''), 8 delivery(''), 9 hookDeliveries(''), 10 outboxLane(''), 11 outboxTaken(''),
--      12 run(''), 13 folderRuns(''), 14 gone_ms int (how long it is remembered of the run, its artifacts and deliveries that there were; 0 = not at all),
--      then per heir of heirs: heir (an artifact and a fork that has taken it over, with a space between)
-- Answer 1 | 0 | -1; 1 when purged, 0 when the run was not there, -1 when it has not ended or a task of it has not
-- @include time
-- @include stored
-- @include status
-- @include answer
local status, digest, idempotency, owner, files, makers =
  unpack(redis.call('HMGET', KEYS[1], 'status', 'digest', 'idempotency', 'owner', 'files', 'makers'))
if not status then
  return 0
end
if not is_terminal(status) or #open_tasks(KEYS[3]) > 0 then
  return -1
end
for _, member in ipairs(redis.call('ZRANGE', KEYS[10], 0, -1)) do
  redis.call('DEL', ARGV[3] .. member)
end
-- An artifact that a fork has taken over is found by it from now on.
local heirs = {}
for i = FIRST.arg, #ARGV do
  local artifact, by = string.match(ARGV[i], '^(%S+) (%S+)$')
  if not heirs[artifact] and redis.call('EXISTS', ARGV[12] .. by) == 1 then
    heirs[artifact] = by
  end
end
for _, id in ipairs(redis.call('HKEYS', KEYS[7])) do
  if redis.call('GET', ARGV[4] .. id) == ARGV[1] then
    if heirs[id] then
      redis.call('SET', ARGV[4] .. id, heirs[id])
    else
      uncount_stored(KEYS[21], KEYS[22], id)
      if tonumber(ARGV[14]) > 0 then
        redis.call('SET', ARGV[4] .. id, 'gone ' .. (owner or '') .. ' ' .. ARGV[1], 'PX', ARGV[14])
      else
        redis.call('DEL', ARGV[4] .. id)
      end
    end
  end
end
-- Bytes that nobody but this run used any more go with the timer's effect.
local now = text(now_ms())
for maker in string.gmatch(makers or '', '%S+') do
  redis.call('SREM', ARGV[13] .. maker, ARGV[1])
  if redis.call('EXISTS', ARGV[12] .. maker) == 0 then
    redis.call('ZADD', KEYS[8], now, WIRE.timers.folder(maker))
  end
end
if #ARGV >= FIRST.arg and redis.call('SCARD', KEYS[18]) == 0 then
  redis.call('ZADD', KEYS[8], now, WIRE.timers.folder(ARGV[1]))
end
redis.call('ZREM', KEYS[19], ARGV[1])
-- Not counted: submitted before graphs were.
if digest and redis.call('HEXISTS', KEYS[14], digest) == 1 and redis.call('HINCRBY', KEYS[14], digest, -1) <= 0 then
  redis.call('HDEL', KEYS[14], digest)
  redis.call('DEL', ARGV[5] .. digest)
  redis.call('HDEL', KEYS[20], digest)
end
-- The key may stand for a later run by now.
local seen = idempotency and redis.call('GET', ARGV[6] .. idempotency)
if seen and string.match(seen, '(%S+)$') == ARGV[1] then
  redis.call('DEL', ARGV[6] .. idempotency)
end
for file in string.gmatch(files or '', '%S+') do
  redis.call('SREM', ARGV[7] .. file, ARGV[1])
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[15], 0, -1)) do
  local row = redis.call('HMGET', ARGV[8] .. id, 'hook', 'lane')
  local lane = row[2] or ''
  redis.call('ZREM', ARGV[9] .. (row[1] or ''), id)
  redis.call('ZREM', ARGV[10] .. lane, id)
  redis.call('ZREM', ARGV[11] .. lane, id)
  if redis.call('EXISTS', ARGV[10] .. lane) == 0 then
    redis.call('ZREM', KEYS[16], lane)
  end
  redis.call('DEL', ARGV[8] .. id)
  if tonumber(ARGV[14]) > 0 then
    redis.call('HSET', ARGV[8] .. id, 'gone_owner', owner or '')
    redis.call('PEXPIRE', ARGV[8] .. id, ARGV[14])
  end
end
redis.call('ZREM', KEYS[13], ARGV[1])
redis.call('ZREM', ARGV[2] .. status, ARGV[1])
if owner then
  redis.call('ZREM', ARGV[2] .. 'all:' .. owner, ARGV[1])
  redis.call('ZREM', ARGV[2] .. status .. ':' .. owner, ARGV[1])
end
if tonumber(ARGV[14]) > 0 then
  redis.call('SET', KEYS[23], owner or '', 'PX', ARGV[14])
end
redis.call('SREM', KEYS[9], ARGV[1])
redis.call('ZREM', KEYS[8], WIRE.timers.retention(ARGV[1]))
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[10], KEYS[11], KEYS[12], KEYS[15], KEYS[17], KEYS[1])
return 1
