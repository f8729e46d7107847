#!lua flags=allow-oom
-- Puts a dead letter back to where it came from, and takes it out of the dead letters. What still cannot be read is
-- buried again.
-- KEYS 1 dead, 2 <source_stream>
-- ARGV 1 letter
-- Answer 'redriven' | 'gone' | 'cut' | 'broken'; cut = it was not kept whole, broken = the stream takes nothing any more
-- Repeats: the second call finds it gone.
local rows = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if not rows[1] then
  return 'gone'
end
local letter, fields = rows[1][2], {}
for i = 1, #letter, 2 do
  local name = string.match(letter[i], '^field:(.*)$')
  if name then
    -- `bury` keeps at most 64 KiB of each field, and twenty fields.
    if #name >= 65536 or #letter[i + 1] >= 65536 or #fields >= 38 then
      return 'cut'
    end
    fields[#fields + 1] = name
    fields[#fields + 1] = letter[i + 1]
  end
end
if #fields == 0 then
  return 'cut'
end
local added = redis.pcall('XADD', KEYS[2], '*', unpack(fields))
if type(added) == 'table' and added.err then
  return 'broken'
end
redis.call('XDEL', KEYS[1], ARGV[1])
return 'redriven'
