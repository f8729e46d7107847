#!lua
-- Keeps a new API key, and that there are keys from now on. Plain flags: a full server refuses before any write.
-- KEYS 1 apiKey, 2 apiKeys, 3 keysMade
-- ARGV 1 key, 2 count(record), then per name, value of record: name, value
-- Answer string; when it was made, ms
-- Repeats: writes the same again.
-- @include time
local now = text(now_ms())
redis.call('SET', KEYS[3], '1')
redis.call('HSETNX', KEYS[1], 'created_at', now)
for i = 0, tonumber(ARGV[2]) - 1 do
  redis.call('HSET', KEYS[1], ARGV[FIRST.arg + 2 * i], ARGV[FIRST.arg + 2 * i + 1])
end
redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1])
return redis.call('HGET', KEYS[1], 'created_at')
