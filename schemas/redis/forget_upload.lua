#!lua flags=allow-oom
-- Ends an upload whose bytes are gone: nothing comes back to it, and it counts no more.
-- KEYS 1 timers, 2 stored, 3 storage
-- ARGV 1 file, 2 timer
-- Answer 1
-- Repeats: nothing is left to be taken off.
-- @include time
-- @include stored
redis.call('ZREM', KEYS[1], ARGV[2])
uncount_stored(KEYS[2], KEYS[3], ARGV[1])
return 1
