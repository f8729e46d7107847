#!lua flags=allow-oom
-- Takes an API key away. That keys were made stays known: the gateway does not open itself again with the last of them.
-- KEYS 1 apiKey, 2 apiKeys, 3 keyStarts, 4 keyBytes
-- ARGV 1 key
-- Answer 0 | 1; 0 = there was no such key
redis.call('ZREM', KEYS[2], ARGV[1])
local removed = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[3], KEYS[4])
return removed
