#!lua flags=allow-oom
-- Writes an executor's row of the registry, with the time of Redis, and says what operators want of it.
-- KEYS 1 poolExecutors
-- ARGV 1 executor, 2 announcement (JSON of executor.schema.json without status and last_seen_ms),
--      3 status 'online' | 'draining' | 'offline'
-- Answer [now: string, order: 'drain' | 'none', probe: string, shards: string]; now in ms, drain = it shall take no more
--        tasks, probe = the latest order to ask its engines, '' = there was none, shards = how many gateways work in, '' =
--        none has said it
-- @include time
-- @include whole
local now = text(now_ms())
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'status:' .. ARGV[1], ARGV[3], 'seen:' .. ARGV[1], now)
-- Users of Redis that were made before there were orders may not read them: then nobody can give any.
local order = redis.pcall('HGET', KEYS[1], 'drain:' .. ARGV[1])
local probe = whole(redis.pcall('HGET', KEYS[1], 'probe:' .. ARGV[1]))
local shards = whole(redis.pcall('HGET', KEYS[1], 'shards:'))
return { now, type(order) == 'string' and 'drain' or 'none', probe and text(probe) or '', shards and text(shards) or '' }
