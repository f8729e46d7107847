#!lua flags=allow-oom
-- Says how an attempt to deliver ended. A success ends the delivery whichever attempt it was; all else counts only of the
-- latest attempt, while the delivery waits.
-- KEYS 1 outbox, 2 delivery, 3 outboxLane, 4 outboxTaken
-- ARGV 1 delivery, 2 lane, 3 attempt int, 4 outcome 'delivered' | 'failed' | 'disabled' | 'dropped', 5 log (JSON of
--      delivery.schema.json's DeliveryAttempt), 6 delay_ms int, 7 per_lane int, 8 max_attempts int
-- Answer 'delivered' | 'again' | 'exhausted' | 'disabled' | 'dropped' | 'late' | 'gone'; again = it is tried again,
--      late = another attempt counts, gone = with its run
-- Repeats: an attempt whose end is known has no further effect.
-- @include time
-- @include lane
local row = redis.call('HMGET', KEYS[2], 'state', 'attempt', 'since')
local state = row[1]
if not state then
  return 'gone'
end
local attempt = tonumber(ARGV[3])
local is_known = redis.call('HSETNX', KEYS[2], 'attempt:' .. ARGV[3], ARGV[5]) == 0
if is_known and state == 'waiting' then
  return 'again'
end
if is_known then
  return state
end
local outcome = ARGV[4]
local counts = state == 'waiting' and attempt == tonumber(row[2])
if outcome ~= 'delivered' and not counts then
  return 'late'
end

local now = now_ms()
redis.call('ZREM', KEYS[4], ARGV[1])
if outcome == 'failed' and attempt - tonumber(row[3]) < tonumber(ARGV[8]) then
  local due = text(now + tonumber(ARGV[6]))
  redis.call('HSET', KEYS[2], 'next_at', due)
  redis.call('ZADD', KEYS[3], due, ARGV[1])
  outcome = 'again'
else
  outcome = outcome == 'failed' and 'exhausted' or outcome
  redis.call('HSET', KEYS[2], 'state', outcome, 'ended_at', text(now))
  redis.call('HDEL', KEYS[2], 'next_at')
  redis.call('ZREM', KEYS[3], ARGV[1])
end
schedule_lane(KEYS[1], ARGV[2], KEYS[3], KEYS[4], tonumber(ARGV[7]))
return outcome
