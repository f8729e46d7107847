#!lua flags=allow-oom
-- Renews the leases of all tasks that an executor holds in one pool of one shard, and hands out entries that are pending
-- for it without its knowledge: they were given to a connection that had died.
-- KEYS 1 poolTasks, then per task of tasks: poolTask
-- ARGV 1 consumer, 2 poolLevelTasks(pool, ''), then per task of tasks: task
-- Answer [states: ('ok' | 'cancel' | 'closed')[], unknown: [entry: string, task: string, body: string, level: string][]]; a state per
--      task; raises NOGROUP when nothing is held and no group is there
-- @include lease
-- @include stream
-- @include fields
local states, held = {}, {}
for i = FIRST.key, #KEYS do
  local stream = stream_of(KEYS[i], KEYS[1], ARGV[2])
  local right, entry = has_right(stream, KEYS[i], ARGV[1])
  if right then
    held[stream .. entry] = true
    redis.call('XCLAIM', stream, WIRE.groups.executors, ARGV[1], 0, entry, 'JUSTID')
    redis.call('HSETNX', KEYS[i], 'executor', ARGV[1])
    states[i - 1] = redis.call('HGET', KEYS[i], 'cancel') and 'cancel' or 'ok'
  else
    states[i - 1] = 'closed'
  end
end
local unknown, groups = {}, 0
-- What is held comes first as a rule, and must not hide what comes behind it.
local count = #KEYS - FIRST.key + 1 + WIRE.executor.recovered_entries
for _, level in ipairs({ 'high', 'normal', 'low' }) do
  local stream = stream_of_level(KEYS[1], ARGV[2], level)
  local rows = redis.pcall('XPENDING', stream, WIRE.groups.executors, '-', '+', count, ARGV[1])
  groups = groups + (rows.err and 0 or 1)
  for _, row in ipairs(rows.err and {} or rows) do
    if not held[stream .. row[1]] then
      local found = redis.call('XRANGE', stream, row[1], row[1])
      if found[1] then
        local f = to_table(found[1][2])
        unknown[#unknown + 1] = { row[1], f.task or '', f.body or '', level }
      else
        redis.call('XACK', stream, WIRE.groups.executors, row[1])
      end
    end
  end
end
if groups == 0 and #states == 0 then
  return redis.error_reply('NOGROUP nothing was ever issued here')
end
return { states, unknown }
