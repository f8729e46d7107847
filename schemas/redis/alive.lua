#!lua flags=allow-oom
-- Says that an executor is here as it has announced itself, and hears what operators want of it: announce in short.
-- KEYS 1 poolExecutors
-- ARGV 1 executor
-- Answer [order: 'drain' | 'none' | 'unknown', probe: string, shards: string]; drain, probe and shards as of announce,
--        unknown = there is no row of it: it has to announce itself
-- @include time
-- @include whole
local seen = 'seen:' .. ARGV[1]
if not redis.call('HGET', KEYS[1], seen) then
  return { 'unknown', '', '' }
end
redis.call('HSET', KEYS[1], seen, text(now_ms()))
local order = redis.pcall('HGET', KEYS[1], 'drain:' .. ARGV[1])
local probe = whole(redis.pcall('HGET', KEYS[1], 'probe:' .. ARGV[1]))
local shards = whole(redis.pcall('HGET', KEYS[1], 'shards:'))
return { type(order) == 'string' and 'drain' or 'none', probe and text(probe) or '', shards and text(shards) or '' }
