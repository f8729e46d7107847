#!lua flags=allow-oom
-- Creates a stream's group at 0, so that nothing added before is missed. A plain XGROUP CREATE is refused by a full server.
-- KEYS 1 <stream>
-- ARGV 1 group
-- Answer 0 | 1; 1 when it was created, 0 when it was there
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made.err then
  return string.find(made.err, 'BUSYGROUP', 1, true) and 0 or redis.error_reply(made.err)
end
return 1
