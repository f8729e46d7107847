#!lua
-- Lists dead letters of one shard, newest first, without what they said: that can be large.
-- KEYS 1 dead
-- ARGV 1 before (end of a range: an entry, with a bracket before it when it is left out, or + for the newest), 2 at_most int
-- Answer [letter: string, source: string, reason: string][]
-- @include fields
local found, from = {}, ARGV[1]
for _ = 1, tonumber(ARGV[2]) do
  local rows = redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', 1)
  if not rows[1] then
    break
  end
  local letter = to_table(rows[1][2])
  found[#found + 1] = { rows[1][1], letter.source or '', letter.reason or '' }
  from = '(' .. rows[1][1]
end
return found
