#!lua flags=allow-oom
-- Deletes a consumer, but only one that has nothing pending: deleting it otherwise would lose its entries.
-- KEYS 1 <stream>
-- ARGV 1 group, 2 consumer, 3 idle_ms int (it must have been idle at least so long)
-- Answer 0 | 1; 1 when it is gone, 0 when it stays
local function flat(row)
  local out = {}
  for i = 1, #row, 2 do
    out[row[i]] = row[i + 1]
  end
  return out
end
local rows = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
for _, row in ipairs(rows.err and {} or rows) do
  local c = flat(row)
  if c.name == ARGV[2] then
    if c.pending > 0 or c.idle < tonumber(ARGV[3]) then
      return 0
    end
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
  end
end
return 1
