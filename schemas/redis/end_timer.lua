#!lua flags=allow-oom
-- Removes a timer whose effect is done, unless it was set again meanwhile.
-- KEYS 1 timers
-- ARGV 1 timer, 2 seen (its time when its effect began)
-- Answer 0 | 1
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
return redis.call('ZREM', KEYS[1], ARGV[1])
