#!lua flags=allow-oom
-- Writes down that operators want an executor to ask its engines anew, and wakes it: it announces itself, and learns so.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 order (as another shard has answered it; '' = a new one, by the time of Redis),
--      3 channels.poolControl
-- Answer string; the order, ms, later than any before, or '' when there is no row of it
-- Repeats: the same again with an order; without one the executor is asked once more.
-- @include time
-- @include whole
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return ''
end
local field = 'probe:' .. ARGV[1]
local order = ARGV[2]
if order == '' then
  local last = whole(redis.call('HGET', KEYS[1], field)) or 0
  order = text(math.max(now_ms(), last + 1))
end
redis.call('HSET', KEYS[1], field, order)
redis.call('PUBLISH', ARGV[3], 'announce ' .. ARGV[1])
return order
