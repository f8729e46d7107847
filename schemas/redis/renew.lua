#!lua flags=allow-oom
-- Renews the leases of all tasks that an executor holds in one pool of one shard, and hands out entries that are pending
-- for it without its knowledge: they were given to a connection that had died.
-- KEYS 1 poolTasks, then per task of tasks: poolTask
-- ARGV 1 consumer, then per task of tasks: task
-- Answer [states: ('ok' | 'cancel' | 'closed')[], unknown: [entry: string, task: string, body: string][]]; a state per task;
--      raises NOGROUP when the group is missing
-- @include lease
-- @include fields
local states, held = {}, {}
for i = FIRST.key, #KEYS do
  local right, entry = has_right(KEYS[1], KEYS[i], ARGV[1])
  if right then
    held[entry] = true
    redis.call('XCLAIM', KEYS[1], WIRE.groups.executors, ARGV[1], 0, entry, 'JUSTID')
    redis.call('HSETNX', KEYS[i], 'executor', ARGV[1])
    states[i - 1] = redis.call('HGET', KEYS[i], 'cancel') and 'cancel' or 'ok'
  else
    states[i - 1] = 'closed'
  end
end
local unknown = {}
-- What is held comes first as a rule, and must not hide what comes behind it.
local count = #KEYS - FIRST.key + 1 + WIRE.executor.recovered_entries
for _, row in ipairs(redis.call('XPENDING', KEYS[1], WIRE.groups.executors, '-', '+', count, ARGV[1])) do
  if not held[row[1]] then
    local found = redis.call('XRANGE', KEYS[1], row[1], row[1])
    if found[1] then
      local f = to_table(found[1][2])
      unknown[#unknown + 1] = { row[1], f.task or '', f.body or '' }
    else
      redis.call('XACK', KEYS[1], WIRE.groups.executors, row[1])
    end
  end
end
return { states, unknown }
