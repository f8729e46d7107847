#!lua flags=allow-oom
-- Takes an entry that nobody can read out of mail or reports and keeps it, at most 64 KiB of each field, as a dead letter.
-- KEYS 1 <source_stream>, 2 dead
-- ARGV 1 group, 2 entry, 3 source, 4 reason, 5 kept int (how many dead letters are kept)
-- Answer 0 | 1; 1 when it was buried by this call
local rows = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])
redis.pcall('XACK', KEYS[1], ARGV[1], ARGV[2])
if not rows[1] or redis.call('XDEL', KEYS[1], ARGV[2]) == 0 then
  return 0
end
local fields = { 'source', ARGV[3], 'entry', ARGV[2], 'reason', ARGV[4] }
for i = 1, math.min(#rows[1][2], 40) do
  local value = rows[1][2][i]
  local kept = string.sub(value, 1, 65536)
  fields[#fields + 1] = i % 2 == 1 and 'field:' .. kept or kept
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(fields))
return 1
