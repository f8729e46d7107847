#!lua
-- Lists a new upload, with the bytes that it will have, or keeps one for a run that is about to use it: its time begins anew. Plain flags: a full server
-- refuses before any write.
-- KEYS 1 ownerFiles, 2 timers, 3 stored, 4 storage
-- ARGV 1 file, 2 timer, 3 upload_retention_ms int, 4 how 'new' | 'use', 5 owner, 6 size int (of a new one)
-- Answer 'kept' | 'gone' | 'unknown'; gone = it is being removed, unknown = not listed (brought before uploads were)
-- @include time
-- @include stored
local due = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if due then
    return 'gone'
  end
  if ARGV[4] ~= 'new' then
    return 'unknown'
  end
end
local now = now_ms()
redis.call('ZADD', KEYS[1], 'NX', text(now), ARGV[1])
-- Always another time than before: whoever decided by the old one to remove it is refused (retire_upload).
redis.call('ZADD', KEYS[2], text(math.max(now + tonumber(ARGV[3]), tonumber(due or 0) + 1)), ARGV[2])
if ARGV[4] == 'new' then
  count_stored(KEYS[3], KEYS[4], ARGV[1], ARGV[5], tonumber(ARGV[6]))
end
return 'kept'
