#!lua flags=allow-oom
-- Writes down whether operators want an executor to take no more tasks, and wakes it: it announces itself, and learns so.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 order 'drain' | 'none', 3 channels.poolControl
-- Answer 0 | 1; 0 when there is no row of it
-- Repeats: the same again.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
if ARGV[2] == 'drain' then
  redis.call('HSET', KEYS[1], 'drain:' .. ARGV[1], '1')
else
  redis.call('HDEL', KEYS[1], 'drain:' .. ARGV[1])
end
redis.call('PUBLISH', ARGV[3], 'announce ' .. ARGV[1])
return 1
