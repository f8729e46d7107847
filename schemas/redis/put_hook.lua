#!lua
-- Makes a webhook of an owner. Its subscriptions in other shards are there before. Plain flags: a full server refuses
-- before any write.
-- KEYS 1 hook, 2 ownerHooks
-- ARGV 1 hook, 2 events (by spaces), 3 at_most int, then per name, value of fields: name, value
-- Answer [word: 'kept' | 'full', now: string]; full = the owner has as many as there may be
-- Repeats: the webhook is there, and is answered the same.
-- @include time
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'kept', redis.call('HGET', KEYS[1], 'created_at') }
end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then
  return { 'full', '' }
end
local now = text(now_ms())
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[1], 'created_at', now, 'events', ARGV[2])
for i = FIRST.arg, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
return { 'kept', now }
