#!lua flags=allow-oom
-- Mends a task stream whose group is missing: all its tasks end as lost, then the group is created.
-- KEYS 1 <stream>, 2 poolReports
-- ARGV 1 poolTask(pool, '')
-- Answer number; how many tasks were lost, or -1 when nothing was missing
-- @include time
-- @include fields
-- @include close
if redis.call('EXISTS', KEYS[1]) == 0 then
  return -1
end
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  if to_table(group).name == WIRE.groups.executors then
    return -1
  end
end
local lost = 0
for _, row in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  local task = to_table(row[2]).task or ''
  local hash = redis.call('HMGET', ARGV[1] .. task, 'state', 'entry', 'run')
  if hash[1] == 'open' and hash[2] == row[1] then
    local failed = close_task(KEYS[1], ARGV[1] .. task, KEYS[2], hash[3], task, row[1], 'lost', '"the task stream lost its group"')
    if failed then
      return redis.error_reply(failed)
    end
    lost = lost + 1
  else
    redis.call('XDEL', KEYS[1], row[1])
  end
end
redis.call('XGROUP', 'CREATE', KEYS[1], WIRE.groups.executors, '0', 'MKSTREAM')
return lost
