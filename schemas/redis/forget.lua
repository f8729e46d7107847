#!lua flags=allow-oom
-- Removes an executor's row of the registry, unless the executor has announced itself since the row was read.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 seen (when it was last seen, as read; '' = never)
-- Answer 0 | 1; 1 when it is gone, 0 when it stays
if (redis.call('HGET', KEYS[1], 'seen:' .. ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
local id = ARGV[1]
redis.call('HDEL', KEYS[1], id, 'status:' .. id, 'seen:' .. id, 'drain:' .. id, 'probe:' .. id)
return 1
