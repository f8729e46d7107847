#!lua flags=allow-oom
-- Reads an API key for a request that presents it, and notes to the minute that it is used. Whether any key was ever made
-- is answered too, also where none is presented: a gateway without keys serves its own machine only.
-- KEYS 1 apiKey, 2 keysMade
-- ARGV 1 used_ms int
-- Answer [now: string, made: 0 | 1, record: string[]]; an empty record = there is no such key
-- @include time
local now = now_ms()
local record = redis.call('HGETALL', KEYS[1])
if #record > 0 then
  local used = tonumber(redis.call('HGET', KEYS[1], 'last_used') or '0')
  if now - used >= tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[1], 'last_used', text(now - now % tonumber(ARGV[1])))
  end
end
return { text(now), redis.call('EXISTS', KEYS[2]), record }
