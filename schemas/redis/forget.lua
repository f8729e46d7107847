#!lua flags=allow-oom
-- Removes an executor's row of the registry, unless the executor has announced itself since the row was read.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 seen (when it was last seen, as read; '' = never)
-- Answer 0 | 1; 1 when it is gone, 0 when it stays
if (redis.call('HGET', KEYS[1], 'seen:' .. ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1], 'status:' .. ARGV[1], 'seen:' .. ARGV[1], 'drain:' .. ARGV[1])
return 1
