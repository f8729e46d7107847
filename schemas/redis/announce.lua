#!lua flags=allow-oom
-- Writes an executor's row of the registry, with the time of Redis.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 announcement (JSON of executor.schema.json without status and last_seen_ms),
--      3 status 'online' | 'draining' | 'offline'
-- Answer string; now in ms
-- @include time
local now = text(now_ms())
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'status:' .. ARGV[1], ARGV[3], 'seen:' .. ARGV[1], now)
return now
