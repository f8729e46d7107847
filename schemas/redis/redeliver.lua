#!lua flags=allow-oom
-- Makes a delivery due now, with all attempts before it again.
-- KEYS 1 outbox, 2 delivery
-- ARGV 1 delivery, 2 outboxLane(''), 3 outboxTaken('')
-- Answer 'queued' | 'under_way' | 'missing'
-- Repeats: what is due stays due.
-- @include time
local row = redis.call('HMGET', KEYS[2], 'state', 'attempt', 'lane')
if not row[1] then
  return 'missing'
end
local now = now_ms()
local lease_end = redis.call('ZSCORE', ARGV[3] .. row[3], ARGV[1])
if lease_end and tonumber(lease_end) > now then
  return 'under_way'
end
redis.call('HSET', KEYS[2], 'state', 'waiting', 'since', row[2])
redis.call('HDEL', KEYS[2], 'ended_at', 'next_at')
redis.call('ZADD', ARGV[2] .. row[3], text(now), ARGV[1])
redis.call('ZADD', KEYS[1], 'LT', text(now), row[3])
return 'queued'
