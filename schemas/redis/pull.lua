#!lua flags=allow-oom
-- Takes waiting tasks for an executor, by level: of ten that a pool hands out two are of the level normal and one is low
-- while such wait, so that nobody waits for ever; the others are the most urgent.
-- KEYS 1 poolTasks, 2 poolTurn
-- ARGV 1 consumer, 2 places int, 3 poolLevelTasks(pool, '')
-- Answer [tasks: [entry: string, task: string, body: string, level: string, start_by: string][], levels: string[], now: string];
--      start_by = until when it must begin, ms, '0' = whenever, '' = not known; levels = those that can be waited for, most
--      urgent first: all whose streams have a group, as far as they were looked at; now in ms
-- Repeats: what an answer that was lost has brought is pending, and found by renew.
-- @include fields
-- @include stream
-- @include time
local LEVELS = { 'high', 'normal', 'low' }
local TURNS = { [3] = 'normal', [7] = 'normal', [9] = 'low' }
local missing, taken = {}, {}

local function take(level)
  local stream = stream_of_level(KEYS[1], ARGV[3], level)
  local found = redis.pcall('XREADGROUP', 'GROUP', WIRE.groups.executors, ARGV[1], 'COUNT', 1, 'STREAMS', stream, '>')
  if not found then
    return false
  end
  missing[level] = found.err ~= nil
  local row = not found.err and found[1] and found[1][2][1]
  if row then
    local f = to_table(row[2] or {})
    taken[#taken + 1] = { row[1], f.task or '', f.body or '', level, f.start_by or '' }
  end
  return row and true or false
end

local first = tonumber(redis.call('GET', KEYS[2]) or '0')
local turn = first
while #taken < tonumber(ARGV[2]) do
  local due = TURNS[turn % 10]
  if not (due and take(due) or take('high') or take('normal') or take('low')) then
    break
  end
  turn = turn + 1
end
if turn > first then
  redis.call('SET', KEYS[2], text(turn % 10))
end
local levels = {}
for _, level in ipairs(LEVELS) do
  if not missing[level] then
    levels[#levels + 1] = level
  end
end
return { taken, levels, text(now_ms()) }
