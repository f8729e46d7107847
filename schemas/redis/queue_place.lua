#!lua
-- Looks how many waiting tasks of a pool come before an entry. Payloads are looked at and let go, so it looks at so many
-- entries and bytes at most.
-- KEYS 1 <stream>
-- ARGV 1 entry, 2 at_most int, 3 most_bytes int
-- Answer [waits: 0 | 1, ahead: number]; waits = the entry itself is in this stream and nobody has taken it; ahead = -1 when
--      there are more than were looked at
-- @include fields
local from = '-'
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
for _, group in ipairs(groups.err and {} or groups) do
  local g = to_table(group)
  if g.name == WIRE.groups.executors then
    from = '(' .. g['last-delivered-id']
  end
end
local own = redis.call('XREVRANGE', KEYS[1], ARGV[1], from, 'COUNT', 1)
local waits = own[1] and own[1][1] == ARGV[1] and 1 or 0
local ahead, bytes = 0, 0
while true do
  local rows = redis.call('XRANGE', KEYS[1], from, '(' .. ARGV[1], 'COUNT', 1)
  if not rows[1] then
    return { waits, ahead }
  end
  ahead = ahead + 1
  bytes = bytes + #(to_table(rows[1][2]).body or '')
  if ahead > tonumber(ARGV[2]) or bytes > tonumber(ARGV[3]) then
    return { waits, -1 }
  end
  from = '(' .. rows[1][1]
end
