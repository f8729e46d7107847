#!lua flags=allow-oom
-- Changes a hash that is there, and makes none: a webhook, or a run's record.
-- KEYS 1 <hash>
-- ARGV 1 field, 2 value ('' = the field goes)
-- Answer 0 | 1; 0 when there is no such hash
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return 1
