#!lua flags=allow-oom
-- Takes an upload off its owner's list, so that no further run can use it. Its timer stays until its bytes are gone: it
-- comes back if whoever removes them dies, or when a run that still uses it has ended.
-- KEYS 1 ownerFiles, 2 timers
-- ARGV 1 file, 2 timer, 3 seen (the timer's time when its use was looked at; '' = its owner wants it gone),
--      4 not_before_ms int, 5 timer_visibility_ms int
-- Answer 0 | 1; 1 when it is off the list, 0 when it was kept for another run meanwhile or is to be looked at again later
-- Repeats: an upload that is off the list is answered 1 again.
-- @include time
if ARGV[3] ~= '' and redis.call('ZSCORE', KEYS[2], ARGV[2]) ~= ARGV[3] then
  return 0
end
local now = now_ms()
if tonumber(ARGV[4]) > now then
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
  return 0
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], text(now + tonumber(ARGV[5])), ARGV[2])
return 1
